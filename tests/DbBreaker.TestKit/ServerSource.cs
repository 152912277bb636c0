namespace DbBreaker.TestKit;

/// <summary>Where a server comes from.</summary>
public enum ServerSource
{
    /// <summary>
    /// A container when an engine answers and the image can be had, else local binaries.
    /// <c>DBBREAKER_TESTKIT_FORCE=container</c> or <c>local</c> narrows it.
    /// </summary>
    Any,

    /// <summary>A container only.</summary>
    Container,

    /// <summary>Local server binaries only.</summary>
    Local,
}
