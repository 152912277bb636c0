using DbBreaker.Fallback.Cache.Values;
using NpgsqlTypes;

namespace DbBreaker.Npgsql.Tests;

/// <summary>Stored enums, read by a process that may be a later build of the application, from a cache that anybody may
/// have written to.</summary>
public sealed class CachedEnumTests
{
    private static readonly NpgsqlAdapter _adapter = new();
    private static readonly ValueCodec _codec = new(_adapter);

    private enum Mood
    {
        Odd = 7,
        SoHappy = 3,

        [PgName("sad")]
        Blue = 5,
    }

    private enum Unseen
    {
        Some,
    }

    [Theory]
    [InlineData("so_happy", "SoHappy", (int)Mood.SoHappy)]
    [InlineData("sad", "Blue", (int)Mood.Blue)]
    [InlineData("sad", "CalledOtherwiseThen", (int)Mood.Blue)]
    [InlineData("sad", "Odd", (int)Mood.Blue)]
    public void The_label_says_which_member_it_is_and_its_name_where_it_has_none(string label, string member, int value)
    {
        var source = new ByteSource(Stored(Name, label, member));
        LabelledEnum restored = Assert.IsType<LabelledEnum>(_codec.Read(ref source));
        Assert.False(source.IsBad);
        Assert.Equal((Mood)value, restored.Value);
        Assert.Equal(label, restored.Label);
    }

    [Theory]
    [InlineData("blue", "Blue")]
    [InlineData("glad", "Glad")]
    [InlineData("7", "7")]
    [InlineData("", "")]
    public void A_member_that_is_no_more_or_has_another_label_now_is_a_miss(string label, string member) =>
        Assert.True(IsBad(Stored(Name, label, member)));

    [Fact]
    public void No_type_is_known_that_no_reader_gave()
    {
        Assert.True(IsBad(Stored($"enum:{typeof(Unseen).FullName}, DbBreaker.Npgsql.Tests", "some", "Some")));
        Assert.True(IsBad(Stored("enum:System.DayOfWeek, System.Private.CoreLib", "friday", "Friday")));
        Assert.Null(_codec.TypeNamed("enum:System.DayOfWeek, System.Private.CoreLib"));
        Assert.Equal(typeof(Mood), _codec.TypeNamed(Name));
    }

    [Fact]
    public void An_array_that_has_less_than_it_says_or_nulls_where_none_can_be_is_a_miss()
    {
        foreach ((byte isNullable, int count, byte isThere) in ((byte, int, byte)[])[(0, 1, 0), (0, 2, 1), (1, 99, 1)])
        {
            using var writer = new CacheWriter();
            writer.Byte(ValueCodec.EnumArray);
            writer.Text(Name);
            writer.Byte(isNullable);
            writer.Count(count);
            writer.Byte(isThere);
            writer.Text("sad");
            writer.Text("Blue");
            Assert.True(IsBad([.. writer.Written]));
        }
    }

    [Fact]
    public void An_enum_in_a_parameter_makes_the_same_key_whether_rows_held_it_or_not()
    {
        using var writer = new CacheWriter();
        Assert.NotNull(EnumKinds.Meet(typeof(Mood), _adapter));
        Assert.False(_codec.TryWrite(writer, Mood.Blue));
        Assert.False(_codec.TryWrite(writer, new[] { Mood.Blue }));
    }

    private static string Name => EnumKinds.Meet(typeof(Mood), _adapter)!.Name;

    private static bool IsBad(byte[] stored)
    {
        var source = new ByteSource(stored);
        _codec.Read(ref source);
        return source.IsBad;
    }

    private static byte[] Stored(string type, string label, string member)
    {
        using var writer = new CacheWriter();
        writer.Byte(ValueCodec.Enum);
        writer.Text(type);
        writer.Text(label);
        writer.Text(member);
        return [.. writer.Written];
    }
}
