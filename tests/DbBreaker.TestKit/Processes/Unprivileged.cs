using System.Diagnostics;

namespace DbBreaker.TestKit;

/// <summary>
/// Starts programs as a user that is not root: database servers refuse to run as root, and tests in containers are.
/// </summary>
internal static class Unprivileged
{
    private static readonly string[] Candidates = ["postgres", "mysql", "nobody"];

    /// <summary>The user that servers run as; null when this process is unprivileged itself.</summary>
    public static string? User { get; } = Environment.IsPrivilegedProcess ? FindUser() : null;

    public static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments)
    {
        if (User is null)
            return new ProcessStartInfo(file, arguments);
        if (CommandLine.Find("setpriv") is { } setpriv)
        {
            return new ProcessStartInfo(setpriv,
                [$"--reuid={User}", $"--regid={GroupOf(User)}", "--clear-groups", "--", file, .. arguments]);
        }

        var runuser = CommandLine.Find("runuser", "/sbin", "/usr/sbin")
            ?? throw new InvalidOperationException("To start a server as root, setpriv or runuser is needed.");
        return new ProcessStartInfo(runuser, ["-u", User, "--", file, .. arguments]);
    }

    /// <summary>A new, empty folder that belongs to the user that servers run as.</summary>
    public static async Task<string> CreateFolderAsync(string purpose, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory($"dbbreaker-{Environment.ProcessId}-{purpose}-").FullName;
        try
        {
            await OwnAsync(folder, cancellationToken);
            return folder;
        }
        catch
        {
            // Nobody else knows of it yet.
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public static async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (User is not null)
            await CommandLine.RunAsync("chown", ["-R", User, path], cancellationToken);
    }

    private static string FindUser() =>
        Candidates.FirstOrDefault(name => Account(name) is not null)
        ?? throw new InvalidOperationException(
            $"Servers do not run as root, and none of the users {string.Join(", ", Candidates)} exists.");

    private static string GroupOf(string user) => Account(user)![3];

    private static string[]? Account(string name) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == name);
}
