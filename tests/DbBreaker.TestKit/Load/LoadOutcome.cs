namespace DbBreaker.TestKit;

/// <summary>How a request of a load ended.</summary>
public enum LoadOutcome
{
    /// <summary>Without an exception.</summary>
    Succeeded,

    /// <summary>With an exception that is none of the others.</summary>
    Failed,

    /// <summary>With an exception that <see cref="OpenLoopLoadOptions.IsRejection"/> recognises.</summary>
    Rejected,

    /// <summary>It was still running when the load ended, or ended because the load cancelled it.</summary>
    Unfinished,
}
