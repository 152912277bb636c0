namespace DbBreaker.Data;

/// <summary>How an operation is admitted, and what its success says.</summary>
/// <param name="Gated">Whether an open circuit rejects it on an idle connection.</param>
/// <param name="Proves">Whether its success proves that the server answers.</param>
/// <param name="Phase">What its failure is judged as.</param>
/// <param name="Effect">What its success does to the connection's transaction.</param>
/// <param name="Writes">Whether it may have changed rows, so that its flow waits to read them.</param>
internal readonly record struct OperationPlan(
    bool Gated, bool Proves, DbPhase Phase = DbPhase.Executing, TransactionEffect Effect = TransactionEffect.None,
    bool Writes = false)
{
    /// <summary>Asks to start work, but a driver may answer it without the server: Npgsql's BEGIN travels with the
    /// first command, its Prepare remembers, and some schema collections are constants.</summary>
    public static readonly OperationPlan Local = new(Gated: true, Proves: false);

    /// <summary>Ends or steps within a transaction: always passes.</summary>
    public static readonly OperationPlan Passing = new(Gated: false, Proves: true);

    /// <summary>Commits: always passes, and a failure leaves the outcome unknown.</summary>
    public static readonly OperationPlan Committing =
        new(Gated: false, Proves: true, DbPhase.Committing, Writes: true);

    /// <summary>Always passes, and may do without the server: disposing what has ended, and Npgsql's savepoints, which
    /// travel with the next command.</summary>
    public static readonly OperationPlan Quiet = new(Gated: false, Proves: false);
}
