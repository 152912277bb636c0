using System.Data;
using System.Data.Common;
using DbBreaker.Fallback;

namespace DbBreaker.Data;

/// <summary>What a command or a batch runs on: its connection, its transaction, and what follows.</summary>
internal partial struct CommandTarget
{
    public GuardedDbConnection? Connection;

    /// <summary>As it was assigned, guarded or the driver's own.</summary>
    public DbTransaction? Transaction;

    private FallbackRead? _read;

    public readonly ConnectionSession? Session => Connection?.Session;

    public readonly OperationPlan Local => OperationPlan.Local with { Gated = !IsInTransaction };

    // The session knows of transactions that began here. This one may have begun at the driver's own connection.
    private readonly bool IsInTransaction =>
        Connection is { IsEnlisted: true }
        || (Transaction is not (null or GuardedDbTransaction)
            && Layers.Find<GuardedDbTransaction>(Transaction) is null);

    public readonly OperationPlan Plan(TransactionEffect first, TransactionEffect net, CommandBehavior behavior)
    {
        // The reader closes the driver's connection, and the driver itself does so when it fails: both are wanted.
        if ((behavior & CommandBehavior.CloseConnection) != 0) Connection?.Session?.Closing();
        bool passes = first is TransactionEffect.Ends or TransactionEffect.Within || IsInTransaction;
        DbPhase phase = first is TransactionEffect.Ends ? DbPhase.Committing : DbPhase.Executing;
        return new OperationPlan(Gated: !passes, Proves: true, phase, net);
    }

    public readonly DbConnection? ConnectionOf(DbConnection? inner) => inner is null ? null : Connection;

    public readonly DbTransaction? TransactionOf(DbTransaction? inner)
    {
        if (inner is null) return null;
        if (ReferenceEquals(Unwrap(Transaction), inner)) return Transaction;
        if (Connection is null) return inner;
        return Connection.CurrentTransaction is { } current && ReferenceEquals(current.Inner, inner)
            ? current
            : new GuardedDbTransaction(inner, Connection);
    }

    /// <summary>The guarded connection that a caller assigns, also when somebody else's wrapper is around it.</summary>
    /// <exception cref="InvalidOperationException">The connection is not guarded.</exception>
    public static GuardedDbConnection? Guarded(DbConnection? connection) =>
        connection is null
            ? null
            : Layers.Find<GuardedDbConnection>(connection) ?? throw new InvalidOperationException(
                $"This command is guarded, but the {connection.GetType().Name} assigned to it is not, so nothing " +
                "would guard its execution. Assign connection.WithCircuitBreaker(), or assign the connection to the " +
                "command's Inner to execute without a guard.");

    public static DbTransaction? Unwrap(DbTransaction? transaction) =>
        transaction switch
        {
            null => null,
            GuardedDbTransaction guarded => guarded.Inner,
            _ => Layers.Find<GuardedDbTransaction>(transaction)?.Inner ?? transaction,
        };
}
