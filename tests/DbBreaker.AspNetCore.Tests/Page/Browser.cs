using DbBreaker.TestKit;
using Microsoft.Playwright;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Debian's Chromium, one for all tests of the page. Installed where that is safe; else the tests say what is
/// missing and are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!await DebianPackages.TryInstallAsync("chromium", () => File.Exists(Executable), CancellationToken.None))
            return;

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"],
        });
    }

    internal async Task<IPage> OpenAsync(
        Uri address, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light,
        string path = "/dbbreaker")
    {
        if (_browser is null)
            Assert.Skip($"{Executable} is missing and cannot be installed here: apt-get install chromium.");

        IBrowserContext context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            DeviceScaleFactor = width < 600 ? 2 : 1,
        });
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout(10_000);
        await page.GotoAsync(new Uri(address, path).ToString());
        if (path == "/dbbreaker") await page.WaitForSelectorAsync("#stream[data-stream=live]");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
