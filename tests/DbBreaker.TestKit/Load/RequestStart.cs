namespace DbBreaker.TestKit;

/// <summary>Where the requests of a load run; their schedule always has a thread of its own.</summary>
public enum RequestStart
{
    /// <summary>On the thread pool, as a web server's requests do.</summary>
    ThreadPool,

    /// <summary>Each on its own thread until its first await: for synchronous callers or a starved pool.</summary>
    OwnThread,
}
