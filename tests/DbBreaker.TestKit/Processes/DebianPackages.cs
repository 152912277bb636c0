namespace DbBreaker.TestKit;

/// <summary>Installs what a test needs where that is safe: as root on Debian, as in a container or CI.</summary>
internal static class DebianPackages
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    // The policy keeps the package from starting its service.
    private const string Script =
        """
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
          trap 'rm -f /usr/sbin/policy-rc.d' EXIT
          printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
        fi
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
          -o DPkg::Lock::Timeout=240 "$1"
        """;

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
            await CommandLine.RunAsync("/bin/sh", ["-c", Script, "install", package], expiry.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"{package} was not installed: {exception.Message}");
        }

        return isInstalled();
    }
}
