using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace DbBreaker;

/// <summary>
/// Sees through other people's wrappers, by the one public property that hands out an object of the wrapper's own kind
/// (<c>WrappedConnection</c>, <c>InternalCommand</c>, <c>TargetDbConnection</c>). Safe for concurrent use.
/// </summary>
internal static class Wrappers
{
    /// <summary>Deeper than anybody wraps; ends the walk when a wrapper hands out itself.</summary>
    public const int MaxDepth = 16;

    private static readonly ConcurrentDictionary<Type, PropertyInfo?> _inner = new();

    // A process talks to one or two drivers, and a driver's connection wraps nothing: asked once, then known.
    private static volatile Type? _lastDriver;

    /// <summary>The driver's connection behind wrappers; the connection itself when nothing is behind it.</summary>
    public static DbConnection DriverOf(DbConnection connection)
    {
        for (int depth = 0; depth < MaxDepth && connection.GetType() != _lastDriver; depth++)
        {
            if (Inner(connection) is DbConnection next)
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

    /// <summary>Whether it is the driver's own connection for sure; false also when nobody has asked yet.</summary>
    public static bool IsDriver(object layer) => layer.GetType() == _lastDriver;

    /// <summary>What an ADO.NET object wraps, or null.</summary>
    public static object? Inner(object layer) => layer switch
    {
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
