using Microsoft.Playwright;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Writes docs/images when DBBREAKER_SCREENSHOTS names the folder:
/// <c>DBBREAKER_SCREENSHOTS=docs/images dotnet test tests/DbBreaker.AspNetCore.Tests --filter Screenshot</c>.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    [Theory]
    [InlineData("page-desktop.png", 1440, 900, ColorScheme.Light, null)]
    [InlineData("page-desktop-dark.png", 1760, 1050, ColorScheme.Dark, "orders")]
    [InlineData("page-detail.png", 1760, 1050, ColorScheme.Light, "orders")]
    [InlineData("page-phone.png", 390, 844, ColorScheme.Light, null)]
    [InlineData("page-phone-detail.png", 390, 844, ColorScheme.Dark, "orders")]
    public async Task Screenshot(string file, int width, int height, ColorScheme scheme, string? select)
    {
        string? folder = Environment.GetEnvironmentVariable("DBBREAKER_SCREENSHOTS");
        if (string.IsNullOrEmpty(folder)) Assert.Skip("DBBREAKER_SCREENSHOTS names no folder to write to.");
        await using Scene scene = await Scene.StartAsync();

        IPage page = await browser.OpenAsync(scene.Address, width, height, scheme);
        if (select is not null)
        {
            await page.ClickAsync($"li[data-name='{select}'] > .row");
            await page.WaitForSelectorAsync("#detail svg");
        }

        await page.WaitForTimeoutAsync(1_200);
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, file) });
    }
}
