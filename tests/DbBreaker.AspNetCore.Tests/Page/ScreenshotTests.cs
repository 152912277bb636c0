using System.Buffers.Binary;
using Microsoft.Playwright;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Takes the pictures of the documentation and looks at what is on them. They replace those in docs/images
/// when DBBREAKER_SCREENSHOTS names that folder: see docs/health-and-dashboard.md.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    private const int PhoneWidth = 600;

    [Theory]
    [InlineData("page-desktop.png", 1440, 620, ColorScheme.Light, null)]
    [InlineData("page-desktop-dark.png", 1760, 1050, ColorScheme.Dark, "orders")]
    [InlineData("page-detail.png", 1760, 1050, ColorScheme.Light, "orders")]
    [InlineData("page-phone.png", 390, 844, ColorScheme.Light, null)]
    [InlineData("page-phone-detail.png", 390, 844, ColorScheme.Dark, "orders")]
    public async Task A_picture_shows_readable_guards_that_fit_the_screen(
        string file, int width, int height, ColorScheme scheme, string? select)
    {
        await using Scene scene = await Scene.StartAsync();
        IPage page = await browser.OpenAsync(scene.Address, width, height, scheme);
        List<string> complaints = [];
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add(message.Text); };
        page.PageError += (_, error) => complaints.Add(error);
        if (select is not null)
        {
            await page.ClickAsync($"li[data-name='{select}'] > .row");
            await page.WaitForSelectorAsync("#detail svg path[d*=M]");
        }

        // A row is drawn with the first frame that tells it; by the second, each strip is.
        await page.WaitForFunctionAsync("document.querySelectorAll('#guards > li').length === 7");
        await page.WaitForTimeoutAsync(1_200);
        byte[] picture = await page.ScreenshotAsync();

        int scale = width < PhoneWidth ? 2 : 1;
        Assert.Equal((width * scale, height * scale), SizeOf(picture));
        Assert.Equal(["Open", "Isolated"], await StatesAsync(page, 2));
        Assert.Empty(complaints);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(Contrast.Script));
        Keep(file, picture);
    }

    private static async Task<string[]> StatesAsync(IPage page, int count) => await page.EvaluateAsync<string[]>(
        $"[...document.querySelectorAll('#guards .state')].slice(0, {count}).map(s => s.dataset.state)");

    // The first chunk of a PNG begins with both sizes, at a fixed place.
    private static (int Width, int Height) SizeOf(byte[] png) => (
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));

    private static void Keep(string file, byte[] picture)
    {
        if (Environment.GetEnvironmentVariable("DBBREAKER_SCREENSHOTS") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, file), picture);
    }
}
