using System.Data;
using CsCheck;
using DbBreaker.Fallback.Cache;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class CacheKeyTests
{
    private sealed record Read(
        string Guard = "g", string Endpoint = "e", string Database = "d", string? GuardScope = null,
            string? Scope = null,
        string Text = "SELECT", CommandType Type = CommandType.Text, bool IsScalar = false,
        CommandBehavior Behavior = CommandBehavior.Default)
    {
        public (string Name, object? Value)[] Parameters { get; init; } = [];
    }

    [Fact]
    public void The_same_read_has_the_same_key_and_no_other_read_has_it() =>
        Gen.Select(Reads(), Reads()).Sample(static (one, other) =>
        {
            Assert.Equal(KeyOf(one), KeyOf(one with { }));
            if (!IsSame(one, other)) Assert.NotEqual(KeyOf(one), KeyOf(other));
        }, iter: 2000);

    [Fact]
    public void Text_that_moves_from_one_part_to_the_next_changes_the_key()
    {
        Read[] reads =
        [
            new("ab", "c"), new("a", "bc"), new("a", "b", "c"), new(Scope: "t"), new(GuardScope: "t"), new(Scope: ""),
                new(),
            new(Text: "SELECTa"), new() { Parameters = [("a", "")] }, new() { Parameters = [("", "a")] },
            new() { Parameters = [("a", null)] }, new() { Parameters = [("a", DBNull.Value)] },
            new() { Parameters = [("a", 1)] }, new() { Parameters = [("a", 1L)] }, new() { Parameters = [("a", "1")] },
            new() { Parameters = [("a", "x"), ("b", "y")] }, new() { Parameters = [("b", "y"), ("a", "x")] },
            new() { Parameters = [("a", "xb"), ("", "y")] }, new() { Parameters = [("a", new byte[] { 49 })] },
            new() { Parameters = [("a", DayOfWeek.Monday)] }, new(IsScalar: true),
                new(Behavior: CommandBehavior.SingleRow),
            new(Behavior: CommandBehavior.KeyInfo),
        ];
        Assert.Equal(reads.Length, reads.Select(KeyOf).Distinct().Count());
    }

    [Fact]
    public void How_a_result_is_read_is_no_other_question() => Assert.Equal(
        KeyOf(new Read()),
            KeyOf(new Read(Behavior: CommandBehavior.SequentialAccess | CommandBehavior.CloseConnection)));

    [Fact]
    public void A_parameter_that_cannot_be_written_makes_no_key()
    {
        using var command = new SqliteCommand("SELECT 1");
        command.Parameters.AddWithValue("a", new MemoryStream());
        Assert.Null(Build(new Read(), command, out string? problem));
        Assert.Contains("parameter 1 is a MemoryStream", problem, StringComparison.Ordinal);
    }

    private static readonly (string, object?)[] _none = [];

    // One for all, so that what was asked before is given again.
    private static readonly RecentKeys _recent = new();

    private static Gen<Read> Reads()
    {
        Gen<string> word = Gen.Int[0, 3].Select(static i => ((string[])["", "a", "b", "ab"])[i]);
        Gen<object?> value = Gen.OneOf(Gen.Int[0, 5].Select(static i =>
            ((object?[])[null, DBNull.Value, 1, 1L, "1", true])[i]), Samples.Scalar.Select(v => (object?)v));
        Gen<(string, object?)[]> parameters = Gen.Select(word, value, static (name, v) => (name, v)).Array[0, 2];
        return Gen.Select(
            Gen.Select(word, word, word), Gen.Select(word.Null(), word.Null(), word), parameters,
            static (id, rest, parameters) => new Read(id.Item1, id.Item2, id.Item3, rest.Item1, rest.Item2, rest.Item3)
            {
                Parameters = parameters,
            });
    }

    private static bool IsSame(Read one, Read other) =>
        one with { Parameters = _none } == other with { Parameters = _none }
        && one.Parameters.Length == other.Parameters.Length
        && one.Parameters.Zip(other.Parameters).All(static p => p.First.Name == p.Second.Name
            && p.First.Value is null == p.Second.Value is null && Samples.AreSame(p.First.Value, p.Second.Value));

    private static string KeyOf(Read read)
    {
        using var command = new SqliteCommand();
        foreach ((string name, object? value) in read.Parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name, Value = value });
        return Build(read, command, out _)!.Text;
    }

    private static CacheKey? Build(Read read, SqliteCommand command, out string? problem) => CacheKeyBuilder.TryBuild(
        (read.Guard, read.Endpoint, read.Database), (read.GuardScope, read.Scope),
        new QueryShape(command, read.Behavior, read.IsScalar, read.Text), SqliteAdapter.Instance, _recent, out problem);
}
