using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>
/// The enums that this process has met in rows it recorded. A stored entry is foreign input: it names one of these or
/// is a miss, and no type is loaded for it. Bounded; safe for concurrent use.
/// </summary>
internal static class EnumKinds
{
    private const int MaxKinds = 1024;

    private static readonly ConcurrentDictionary<string, EnumKind> _byName = new();

    /// <summary>The kind of an enum that a driver's reader returned; null when rows cannot hold it.</summary>
    public static EnumKind? Meet(Type type, DbProviderAdapter adapter)
    {
        string name = NameOf(type);
        if (_byName.TryGetValue(name, out EnumKind? known)) return known.Type == type ? known : null;
        // What may be unloaded is not held on to.
        if (!type.IsEnum || type.IsCollectible || _byName.Count >= MaxKinds || Collections(type) is not { } kind)
            return null;
        EnumKind met = _byName.GetOrAdd(name, new EnumKind(name, type, kind, adapter));
        return met.Type == type ? met : null;
    }

    public static EnumKind? Named(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The kind of an enum that was met before.</summary>
    public static EnumKind? Known(Type type) => type.IsEnum && Named(NameOf(type)) is { } kind && kind.Type == type
        ? kind
        : null;

    private static string NameOf(Type type) => $"enum:{type.FullName}, {type.Assembly.GetName().Name}";

    [UnconditionalSuppressMessage(
        "Trimming", "IL2071", Justification = "An enum has no constructor that could be trimmed.")]
    private static ValueKind? Collections(Type type) => RuntimeFeature.IsDynamicCodeSupported
        ? (ValueKind)Activator.CreateInstance(
            typeof(StructKind<>).MakeGenericType(type), ValueCodec.Enum, type.Name, null, null)!
        : null;
}
