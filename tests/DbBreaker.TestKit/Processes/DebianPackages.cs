namespace DbBreaker.TestKit;

/// <summary>Installs what a test needs where that is safe to do: as root on Debian, that is, in a container or CI.</summary>
internal static class DebianPackages
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Whether <paramref name="isInstalled"/> holds now.</summary>
    public static async Task<bool> TryInstallAsync(
        string package, Func<bool> isInstalled, CancellationToken cancellationToken)
    {
        if (isInstalled())
            return true;
        if (!Environment.IsPrivilegedProcess || CommandLine.Find("apt-get") is null)
            return false;
        using var expiry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        expiry.CancelAfter(Deadline);
        try
        {
            // In runlevel 1, Debian's packages start none of their services.
            await CommandLine.RunAsync("/bin/sh",
            [
                "-c", "apt-get update -qq; RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive "
                    + $"apt-get install -y -qq --no-install-recommends {package}",
            ], expiry.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"{package} was not installed: {exception.Message}");
        }

        return isInstalled();
    }
}
