using System.Diagnostics;

namespace DbBreaker.TestKit;

/// <summary>Runs short commands to their end.</summary>
internal static class CommandLine
{
    /// <summary>The command's standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed, with what it printed.</exception>
    public static async Task<string> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken cancellationToken, bool unprivileged = false)
    {
        var start = unprivileged ? Unprivileged.StartInfo(file, arguments) : new ProcessStartInfo(file, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{file} ended with {process.ExitCode}: {(await error).Trim()} {(await output).Trim()}");
    }

    /// <summary>The full path of a program on the PATH or in one of the folders; null when there is none.</summary>
    public static string? Find(string program, params IEnumerable<string> folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(folders)
        .Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
