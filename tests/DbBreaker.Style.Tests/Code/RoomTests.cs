using Microsoft.CodeAnalysis;

namespace DbBreaker.Style.Tests.Code;

/// <summary>The rooms of the core and the arrows between them: what docs/architecture.md says, held to the
/// code.</summary>
public sealed class RoomTests
{
    /// <summary>What a room may know besides itself, the BCL and the words. "Guard" is what composes: the files at the
    /// root of the core that are not mere words.</summary>
    private static readonly Dictionary<string, string[]> May = new()
    {
        ["Words"] = ["CircuitBreaker"], // A snapshot and a transition say which state and why.
        ["CircuitBreaker"] = [],
        ["Admission"] = [],
        ["Liveness"] = ["Admission", "Failures"],
        ["Failures"] = [],
        // A read that is turned away goes to a fallback, which reads through guarded connections of its own.
        ["Fallback"] = ["Guard", "Data", "Failures", "Liveness"],
        ["Data"] = ["Guard", "Fallback", "Admission", "Failures"],
        ["Telemetry"] = ["Guard", "CircuitBreaker", "Failures", "Liveness"],
        ["DependencyInjection"] = ["Guard", "CircuitBreaker", "Telemetry"],
        ["Guard"] =
        [
            "CircuitBreaker", "Admission", "Liveness", "Failures", "Fallback", "Telemetry", "DependencyInjection",
        ],
    };

    // What everybody may name: settings, errors, and the records of what happened.
    private static readonly string[] Words =
    [
        "DbGuardOptions", "DbGuardDefaults", "DbGuardMode", "DbPhase", "DbGuardSnapshot", "DbGuardTransition",
        "DbGuardException", "DbCircuitOpenException", "DbPoolSaturatedException",
    ];

    // They return what happened, and the guard reports it.
    private static readonly string[] Primitives = ["CircuitBreaker", "Admission", "Liveness", "Failures"];

    private static readonly string[] NotForPrimitives =
    [
        "Microsoft.Extensions", "System.Diagnostics.Metrics", "System.Diagnostics.Activity",
        "System.Diagnostics.ActivitySource",
    ];

    [Fact]
    public void Every_arrow_between_rooms_is_one_that_may_be() => Found.Nothing(
        from arrow in CoreModel.References
        where arrow.To is not null
        let room = RoomOf(arrow.File, arrow.Inside)
        let to = RoomOf(arrow.To!, arrow.Type)
        where room != to && to != "Words" && !May[room].Contains(to) && !IsCarried(room, arrow)
        group arrow by $"{room} -> {to}: {arrow.File} names {arrow.Type}" into same
        select same.Key);

    [Fact]
    public void The_table_of_arrows_has_no_arrow_that_is_not_drawn()
    {
        var drawn = CoreModel.References.Where(static arrow => arrow.To is not null)
            .Select(static a => (RoomOf(a.File, a.Inside), RoomOf(a.To!, a.Type))).ToHashSet();
        Found.Nothing(
            from room in May
            from other in room.Value
            where !drawn.Contains((room.Key, other))
            select $"{room.Key} -> {other}");
    }

    [Fact]
    public void Circuit_and_admission_know_time_and_nothing_of_databases() => Found.Nothing(
        from arrow in CoreModel.References
        where RoomOf(arrow.File, arrow.Inside) is "CircuitBreaker" or "Admission"
        where arrow.Type.StartsWith("System.Data", StringComparison.Ordinal)
        select $"{arrow.File} names {arrow.Type}");

    [Fact]
    public void Primitives_neither_log_nor_meter() => Found.Nothing(
        from arrow in CoreModel.References
        where Primitives.Contains(RoomOf(arrow.File, arrow.Inside))
        where NotForPrimitives.Any(word => arrow.Type.StartsWith(word, StringComparison.Ordinal))
        select $"{arrow.File} names {arrow.Type}");

    [Fact]
    public void Every_room_is_on_the_page()
    {
        string page = Checkout.Read("docs/architecture.md");
        Found.Nothing(
            from room in Directory.EnumerateDirectories(Path.Combine(Checkout.Root, CoreModel.Folder))
            let name = Path.GetFileName(room)
            where name is not ("bin" or "obj")
            where !page.Contains($"| `{name}/` |", StringComparison.Ordinal) || !May.ContainsKey(name)
            select name);
    }

    [Fact]
    public void Namespaces_follow_folders_unless_they_are_what_users_write() => Found.Nothing(
        from file in Checkout.Source
        from space in file.Nodes<Microsoft.CodeAnalysis.CSharp.Syntax.BaseNamespaceDeclarationSyntax>()
        let name = space.Name.ToString()
        let folder = Path.GetDirectoryName(file.Path)!["src/".Length..].Replace('/', '.')
        let package = file.Path.Split('/')[1]
        where name != folder && name != package && !name.StartsWith("Microsoft.", StringComparison.Ordinal)
        select $"{file}: {name}");

    // A slot carries its guard, so that a lease is two words; it never calls it.
    private static bool IsCarried(string room, CoreReference arrow) =>
        room == "Admission" && arrow is { Type: "DbBreaker.DbGuard", IsTypeName: true };

    // A part of a word that lies in a room is that room's.
    private static string RoomOf(string path, string type)
    {
        string[] parts = path[CoreModel.Folder.Length..].Split('/');
        if (parts.Length > 1) return parts[0];
        return Words.Contains(type[(type.LastIndexOf('.') + 1)..]) ? "Words" : "Guard";
    }
}
