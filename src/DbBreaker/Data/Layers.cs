using System.Runtime.CompilerServices;

namespace DbBreaker.Data;

/// <summary>What lies behind an ADO.NET object: guards, other people's wrappers, the driver. Safe for concurrent use.
/// </summary>
internal static class Layers
{
    /// <summary>The guarded connection, data source or factory that is already there, or null.</summary>
    public static object? Guarded(object outermost)
    {
        object? layer = outermost;
        for (int depth = 0; depth < Wrappers.MaxDepth && layer is not null && !Wrappers.IsDriver(layer); depth++)
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
        for (int depth = 0; depth < Wrappers.MaxDepth && layer is not null; depth++)
        {
            if (layer is TLayer found) return found;
            layer = Next(layer);
        }

        return null;
    }

    /// <summary>The outermost layer of a type.</summary>
    /// <exception cref="ArgumentNullException">There is no object; the caller's expression is named.</exception>
    /// <exception cref="InvalidOperationException">There is none; the text names what there is.</exception>
    public static TLayer Require<TLayer>(
        object outermost, [CallerArgumentExpression(nameof(outermost))] string? argument = null)
        where TLayer : class
    {
        ArgumentNullException.ThrowIfNull(outermost, argument);
        if (Find<TLayer>(outermost) is { } found) return found;
        List<string> names = [];
        for (object? layer = outermost; layer is not null && names.Count < Wrappers.MaxDepth; layer = Next(layer))
            names.Add(layer.GetType().FullName!);
        throw new InvalidOperationException(
            $"There is no {typeof(TLayer).FullName} behind this object. Its layers are, from the outside: " +
            $"{string.Join(", ", names)}.");
    }

    // By type, not by the property that they have as well: a trimmed application keeps what it names.
    private static object? Next(object layer) => layer switch
    {
        GuardedDbConnection guarded => guarded.Inner,
        GuardedDbCommand guarded => guarded.Inner,
        GuardedDbTransaction guarded => guarded.Inner,
        GuardedDbBatch guarded => guarded.Inner,
        GuardedDbDataSource guarded => guarded.Inner,
        GuardedDbProviderFactory guarded => guarded.Inner,
        _ => Wrappers.Inner(layer),
    };
}
