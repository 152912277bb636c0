using System.Text;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class RecentKeysTests
{
    private readonly RecentKeys _recent = new();

    [Fact]
    public void The_same_description_gets_the_key_that_it_got_before()
    {
        CacheKey first = _recent.Of("SELECT 1"u8);

        Assert.Same(first, _recent.Of("SELECT 1"u8.ToArray()));
        Assert.Equal(CacheKey.Of("SELECT 1"u8).Text, first.Text);
    }

    [Fact]
    public void Descriptions_that_share_a_place_never_share_a_key()
    {
        // Far more of them than there are places, and each asked again after the others took its place.
        byte[][] many = [.. Enumerable.Range(0, 2_000).Select(static i => Encoding.UTF8.GetBytes($"SELECT {i}"))];

        for (int round = 0; round < 2; round++)
            Assert.All(many, one => Assert.Equal(CacheKey.Of(one).Text, _recent.Of(one).Text));
    }

    [Fact]
    public void A_long_description_is_hashed_and_not_remembered()
    {
        byte[] text = new byte[10_000];

        Assert.NotSame(_recent.Of(text), _recent.Of(text));
        Assert.Equal(CacheKey.Of(text).Text, _recent.Of(text).Text);
    }

    [Fact]
    public void Callers_at_once_get_the_key_of_their_own_description() =>
        Parallel.For(0, 20_000, i =>
        {
            byte[] one = Encoding.UTF8.GetBytes($"SELECT {i % 700}");
            Assert.Equal(CacheKey.Of(one).Text, _recent.Of(one).Text);
        });
}
