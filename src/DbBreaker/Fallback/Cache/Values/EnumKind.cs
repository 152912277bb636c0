using System.Reflection;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>One enum that a driver maps: its members, by what survives a change of their order or their numbers.
/// Immutable.</summary>
internal sealed class EnumKind(string name, Type type, ValueKind collections, DbProviderAdapter adapter)
{
    private readonly (string Name, string? Label, Enum Value)[] _members = Members(type, adapter);

    /// <summary>The type's name in the stored form.</summary>
    public string Name => name;

    public Type Type => type;

    /// <summary>Makes arrays and lists of the enum.</summary>
    public ValueKind Collections => collections;

    /// <summary>The member that has a label: the one that says so of itself, else the one that had it when it was
    /// stored, unless that has come to say otherwise.</summary>
    public Enum? Find(string label, string member)
    {
        foreach ((_, string? own, Enum value) in _members)
        {
            if (own == label) return value;
        }

        foreach ((string other, string? own, Enum value) in _members)
        {
            if (other == member) return own is null ? value : null;
        }

        return null;
    }

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "An enum that is used keeps its members.")]
    private static (string, string?, Enum)[] Members(Type type, DbProviderAdapter adapter) =>
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (field.Name, adapter.GetEnumLabel(field), (Enum)field.GetValue(null)!)),
    ];
}
