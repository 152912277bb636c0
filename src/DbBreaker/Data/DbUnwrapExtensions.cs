using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// Reaches the driver's own object through guards and other wrappers, in whatever order they lie: for bulk copy,
/// notifications, and what else only a driver has. What is done there bypasses the guard. A foreign wrapper is seen
/// through when it has one public property of its own kind, as MiniProfiler's and most others have. Safe for concurrent
/// use.
/// </summary>
public static class DbUnwrapExtensions
{
    /// <summary>Finds the outermost connection of a type.</summary>
    /// <typeparam name="TConnection">The driver's type, or a wrapper's.</typeparam>
    /// <param name="connection">A connection, guarded or not.</param>
    /// <returns>The connection of that type: the object itself, or what lies behind it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TConnection Unwrap<TConnection>(this DbConnection connection)
        where TConnection : DbConnection =>
        Layers.Require<TConnection>(connection);

    /// <summary>Finds the outermost command of a type.</summary>
    /// <typeparam name="TCommand">The driver's type, or a wrapper's.</typeparam>
    /// <param name="command">A command, guarded or not.</param>
    /// <returns>The command of that type.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="command"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TCommand Unwrap<TCommand>(this DbCommand command)
        where TCommand : DbCommand =>
        Layers.Require<TCommand>(command);

    /// <summary>Finds the outermost transaction of a type.</summary>
    /// <typeparam name="TTransaction">The driver's type, or a wrapper's.</typeparam>
    /// <param name="transaction">A transaction, guarded or not.</param>
    /// <returns>The transaction of that type.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="transaction"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TTransaction Unwrap<TTransaction>(this DbTransaction transaction)
        where TTransaction : DbTransaction =>
        Layers.Require<TTransaction>(transaction);

    /// <summary>Finds the outermost batch of a type.</summary>
    /// <typeparam name="TBatch">The driver's type, or a wrapper's.</typeparam>
    /// <param name="batch">A batch, guarded or not.</param>
    /// <returns>The batch of that type.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="batch"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TBatch Unwrap<TBatch>(this DbBatch batch)
        where TBatch : DbBatch =>
        Layers.Require<TBatch>(batch);

    /// <summary>Finds the outermost data source of a type.</summary>
    /// <typeparam name="TDataSource">The driver's type, or a wrapper's.</typeparam>
    /// <param name="dataSource">A data source, guarded or not.</param>
    /// <returns>The data source of that type.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is null.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TDataSource Unwrap<TDataSource>(this DbDataSource dataSource)
        where TDataSource : DbDataSource =>
        Layers.Require<TDataSource>(dataSource);
}
