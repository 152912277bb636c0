using System.Data.Common;
using DbBreaker;
using DbBreaker.TestKit;

namespace Outage;

/// <summary>A database of the sample's own, to be hurt.</summary>
internal interface IDatabase : IAsyncDisposable
{
    /// <summary>What is done to it, in a word.</summary>
    string Fault { get; }

    /// <summary>The request of every contender.</summary>
    string Question { get; }

    /// <summary>Where requests run: a driver that blocks its caller's thread gets threads of its own.</summary>
    RequestStart Start { get; }

    /// <summary>A pool for one contender.</summary>
    DbDataSource CreateSource(string contender);

    /// <summary>Where the driver does not tell the pool's size, the guard has to be told.</summary>
    void Configure(DbGuardOptions options);

    Task HurtAsync(CancellationToken cancellationToken);

    /// <summary>Ends the fault. Returns when the database was back, which may be before it is seen to answer.</summary>
    Task HealAsync(Action isBack, CancellationToken cancellationToken);
}
