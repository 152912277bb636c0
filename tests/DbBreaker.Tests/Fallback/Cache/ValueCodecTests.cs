using CsCheck;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class ValueCodecTests
{
    private static readonly ValueCodec _codec = new(NeutralAdapter.Instance);

    [Fact]
    public void Every_value_comes_back_as_it_was() => Samples.Any.Sample(static value =>
    {
        using var writer = new CacheWriter();
        Assert.True(_codec.TryWrite(writer, value));
        var source = new ByteSource(writer.Written);
        object restored = _codec.Read(ref source);
        Assert.False(source.IsBad);
        Assert.Equal(0, source.Left);
        Assert.True(Samples.AreSame(value, restored), $"{value} came back as {restored}");
    });

    [Fact]
    public void Different_values_are_written_differently() =>
        Gen.Select(Samples.Any, Samples.Any).Sample(static (one, other) =>
    {
        if (Samples.AreSame(one, other)) return;
        using CacheWriter first = new(), second = new();
        Assert.True(_codec.TryWrite(first, one) && _codec.TryWrite(second, other));
        Assert.False(first.Written.SequenceEqual(second.Written), $"{one} and {other} are written alike");
    });

    [Fact]
    public void Arbitrary_bytes_never_throw() => Gen.Byte.Array[0, 200].Sample(static bytes =>
    {
        var source = new ByteSource(bytes);
        for (int i = 0; i < 20 && !source.IsBad; i++) _codec.Read(ref source);
    });

    [Fact]
    public void A_huge_array_in_a_few_bytes_is_damage()
    {
        using var writer = new CacheWriter();
        writer.Byte(ValueCodec.Array);
        writer.Text("long");
        writer.Byte(0);
        writer.Byte(2);
        writer.Int32(0);
        writer.Int32(int.MaxValue);
        var source = new ByteSource(writer.Written);
        _codec.Read(ref source);
        Assert.True(source.IsBad);
    }

    [Theory]
    [InlineData(typeof(int)), InlineData(typeof(string)), InlineData(typeof(byte[])), InlineData(typeof(DateTime[])),
     InlineData(typeof(int[,])), InlineData(typeof(object)), InlineData(typeof(Array)), InlineData(typeof(byte[][]))]
    public void A_column_s_type_comes_back_by_its_name(Type type) =>
        Assert.Equal(type, _codec.TypeNamed(Assert.IsType<string>(_codec.NameOf(type))));

    [Fact]
    public void What_nobody_can_restore_is_not_written()
    {
        using var writer = new CacheWriter();
        writer.Int32(1);
        object[] values = [new Uri("http://localhost"), new object(), new object[] { 1 }, DayOfWeek.Friday,
            new Version(1, 0)];
        Assert.All(values, value => Assert.False(_codec.TryWrite(writer, value)));
        Assert.Equal(4, writer.Length);
        Assert.Null(_codec.NameOf(typeof(Version)));
    }
}
