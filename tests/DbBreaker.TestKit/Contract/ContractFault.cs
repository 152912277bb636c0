namespace DbBreaker.TestKit.Contract;

/// <summary>A statement that fails.</summary>
/// <param name="Name">What happens, in words.</param>
/// <param name="Text">The statement.</param>
/// <param name="Evidence">What the guard makes of it.</param>
public sealed record ContractFault(string Name, string Text, ContractEvidence Evidence)
{
    /// <summary>Gets the command's timeout in seconds.</summary>
    public int Timeout { get; init; } = 30;

    /// <summary>Gets whether the caller's token ends it; asynchronous then.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Gets what the server does first.</summary>
    public Action? Before { get; init; }

    /// <summary>Gets what happens while the statement runs.</summary>
    public Func<Task>? During { get; init; }

    /// <summary>Gets what brings the server back to normal.</summary>
    public Action? After { get; init; }
}
