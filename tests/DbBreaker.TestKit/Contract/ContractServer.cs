using System.Data.Common;
using Xunit;

namespace DbBreaker.TestKit.Contract;

/// <summary>A driver and a server of its kind, as the contract needs them: it can vanish, stand still and come back.
/// </summary>
public abstract class ContractServer : IAsyncDisposable
{
    /// <summary>How many connections <see cref="ConnectionString"/> allows; what the guard is to read from it.
    /// </summary>
    public const int PoolSize = 5;

    /// <summary>Gets the driver.</summary>
    public abstract DbProviderFactory Factory { get; }

    /// <summary>Gets the string that leads to the server: a pool of <see cref="PoolSize"/>, and short timeouts.
    /// </summary>
    public abstract string ConnectionString { get; }

    /// <summary>Gets the same string, spelled otherwise: another order, other synonyms.</summary>
    public abstract string SameConnectionString { get; }

    /// <summary>Gets whether the driver's string has the pool's size, so that the guard reads its limit there.
    /// </summary>
    public virtual bool HasPool => true;

    /// <summary>Gets why the server cannot stand still, or null when it can.</summary>
    public virtual string? NeverStandsStill => null;

    /// <summary>Gets whether a connection that is open is lost when the server vanishes.</summary>
    public virtual bool LosesConnections => true;

    /// <summary>Gets whether a connection can take part in a transaction of System.Transactions.</summary>
    public virtual bool Enlists => true;

    /// <summary>Gets everything a server can answer a statement with, and what that says about the server.</summary>
    public abstract IEnumerable<ContractFault> Faults { get; }

    /// <summary>Gets a command whose timeout nobody hears.</summary>
    protected ContractFault NobodyThere => new("command timeout, nobody there", "SELECT 1", ContractEvidence.Failure)
    {
        Timeout = 1, Before = StandStill, After = GoOn,
    };

    /// <summary>New connections are refused and open ones are reset.</summary>
    public abstract void Vanish();

    /// <summary>Ends <see cref="Vanish"/>.</summary>
    public abstract void Return();

    /// <summary>Nothing is answered any more.</summary>
    public virtual void StandStill() => throw new NotSupportedException(NeverStandsStill);

    /// <summary>Ends <see cref="StandStill"/>.</summary>
    public virtual void GoOn() => throw new NotSupportedException(NeverStandsStill);

    /// <summary>Open connections are reset.</summary>
    protected virtual void HangUp() => throw new NotSupportedException();

    /// <summary>Gets a statement that takes <paramref name="time"/> on the server, and then succeeds.</summary>
    public abstract string Sleep(DbConnection connection, TimeSpan time);

    /// <summary>Gets a long statement whose connection is reset.</summary>
    protected ContractFault ResetWhile(string text) => new("reset while it runs", text, ContractEvidence.Failure)
    {
        During = async () =>
        {
            // The statement is on its way, or with the server: a reset ends it either way.
            await Task.Delay(200, TestContext.Current.CancellationToken);
            HangUp();
        },
    };

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
