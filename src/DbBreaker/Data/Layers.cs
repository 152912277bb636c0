using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace DbBreaker.Data;

/// <summary>
/// What lies behind an ADO.NET object: a guard's own wrappers by their type, others by the one public property that hands
/// out an object of the same kind (<c>WrappedConnection</c>, <c>InternalCommand</c>, <c>TargetDbConnection</c>). Safe for
/// concurrent use.
/// </summary>
internal static class Layers
{
    /// <summary>Deeper than anybody wraps; ends the walk when a wrapper hands out itself.</summary>
    private const int MaxDepth = 16;

    private static readonly ConcurrentDictionary<Type, PropertyInfo?> _inner = new();

    // A process talks to one or two drivers, and a driver's connection wraps nothing: asked once, then known.
    private static volatile Type? _lastDriver;

    /// <summary>The driver's connection behind foreign wrappers; the connection itself when nothing is behind it.
    /// </summary>
    public static DbConnection DriverOf(DbConnection connection)
    {
        for (int depth = 0; depth < MaxDepth && connection.GetType() != _lastDriver; depth++)
        {
            if (Next(connection) is DbConnection next)
            {
                connection = next;
                continue;
            }

            // A wrapper that has let go of its connection is a wrapper still.
            if (!IsWrapper(connection.GetType())) _lastDriver = connection.GetType();
            break;
        }

        return connection;
    }

    /// <summary>The guarded connection, data source or factory that is already there, or null.</summary>
    public static object? Guarded(object outermost)
    {
        object? layer = outermost;
        for (int depth = 0; depth < MaxDepth && layer is not null && layer.GetType() != _lastDriver; depth++)
        {
            if (layer is GuardedDbConnection or GuardedDbDataSource or GuardedDbProviderFactory) return layer;
            layer = Next(layer);
        }

        return null;
    }

    /// <summary>The outermost layer of a type, or null.</summary>
    public static TLayer? Find<TLayer>(object? outermost)
        where TLayer : class
    {
        object? layer = outermost;
        for (int depth = 0; depth < MaxDepth && layer is not null; depth++)
        {
            if (layer is TLayer found) return found;
            layer = Next(layer);
        }

        return null;
    }

    /// <summary>The outermost layer of a type.</summary>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TLayer Require<TLayer>(object outermost)
        where TLayer : class
    {
        ArgumentNullException.ThrowIfNull(outermost);
        if (Find<TLayer>(outermost) is { } found) return found;
        List<string> names = [];
        for (object? layer = outermost; layer is not null && names.Count < MaxDepth; layer = Next(layer))
            names.Add(layer.GetType().FullName!);
        throw new InvalidOperationException(
            $"There is no {typeof(TLayer).FullName} behind this object. Its layers are, from the outside: " +
            $"{string.Join(", ", names)}.");
    }

    private static object? Next(object layer) => layer switch
    {
        GuardedDbConnection guarded => guarded.Inner,
        GuardedDbCommand guarded => guarded.Inner,
        GuardedDbTransaction guarded => guarded.Inner,
        GuardedDbBatch guarded => guarded.Inner,
        GuardedDbDataSource guarded => guarded.Inner,
        GuardedDbProviderFactory guarded => guarded.Inner,
        DbConnection => Read(layer, typeof(DbConnection)),
        DbCommand => Read(layer, typeof(DbCommand)),
        DbTransaction => Read(layer, typeof(DbTransaction)),
        DbBatch => Read(layer, typeof(DbBatch)),
        DbDataSource => Read(layer, typeof(DbDataSource)),
        DbProviderFactory => Read(layer, typeof(DbProviderFactory)),
        _ => null,
    };

    private static bool IsWrapper(Type type) => _inner.TryGetValue(type, out PropertyInfo? inner) && inner is not null;

    private static object? Read(object layer, Type kind) =>
        _inner.GetOrAdd(layer.GetType(), static (type, kind) => Property(type, kind), kind)?.GetValue(
            layer, BindingFlags.DoNotWrapExceptions, binder: null, index: null, culture: null);

    // With two such properties nobody can tell which of them is the wrapped one: then there is none.
    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "Without the property the wrapper counts as a driver of its own.")]
    private static PropertyInfo? Property(Type type, Type kind)
    {
        PropertyInfo[] candidates =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p =>
                p.CanRead && kind.IsAssignableFrom(p.PropertyType) && p.GetIndexParameters().Length == 0),
        ];
        return candidates.Length == 1 ? candidates[0] : null;
    }
}
