using System.Data;
using System.Data.Common;
using CsCheck;
using DbBreaker.Fallback.Cache;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class EntryFormatTests
{
    private static readonly ValueCodec _codec = new(NeutralAdapter.Instance);
    private static readonly CacheKey _key = new([.. Enumerable.Range(0, CacheKey.Length).Select(i => (byte)i)]);
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));

    [Fact]
    public void Results_come_back_with_their_columns_and_rows() =>
        Samples.Any.Array[1, 5].Array[0, 5].Array[1, 3].Sample(static results =>
        {
            CacheEntry entry = EntryFormat.TryRead(Record(results), _key, _codec)!;
            Assert.Equal(_now, entry.Time.ReadAt);
            using var reader = new CachedReader(entry, NeutralAdapter.Instance);
            for (int r = 0; r < results.Length; r++)
            {
                if (r > 0) Assert.True(reader.NextResult());
                Assert.Equal(results[r].Length > 0, reader.HasRows);
                foreach (object[] row in results[r])
                {
                    Assert.True(reader.Read());
                    Assert.True(Samples.AreSame(row[0], reader.GetValue(0)));
                }

                Assert.False(reader.Read());
            }

            Assert.False(reader.NextResult());
        });

    [Fact]
    public void A_damaged_entry_is_a_miss_whatever_happened_to_it()
    {
        byte[] whole = Record([[[1], ["text"], [new byte[] { 1, 2 }]], [[1.5m]]]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= flip;
            Assert.Null(EntryFormat.TryRead(damaged, _key, _codec));
        });
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(EntryFormat.TryRead(whole.AsSpan(0, length), _key, _codec));
        Assert.Null(EntryFormat.TryRead([.. whole, 0], _key, _codec));
        Assert.NotNull(EntryFormat.TryRead(whole, _key, _codec));
    }

    [Fact]
    public void An_entry_with_a_right_checksum_and_wrong_contents_is_a_miss_too() =>
        Gen.Byte.Array[0, 300].Sample(static body =>
    {
        using var writer = new CacheWriter();
        writer.Int32(EntryFormat.Magic);
        writer.Int32(0);
        writer.Raw(_key.Bytes);
        EntryFormat.WriteTime(writer, EntryTime.OfPrimary(_now));
        writer.Raw(body);
        writer.Patch(4, (int)writer.ChecksumFrom(EntryFormat.HeaderLength));
        // It may happen to be an entry; it may not throw.
        _ = EntryFormat.TryRead(writer.Written, _key, _codec);
    });

    [Fact]
    public void Another_key_s_entry_and_another_version_s_are_misses()
    {
        byte[] entry = Record([[[1]]]);
        byte[] other = [.. _key.Bytes];
        other[31] ^= 1;
        Assert.Null(EntryFormat.TryRead(entry, new CacheKey(other), _codec));
        entry[3]++;
        Assert.Null(EntryFormat.TryRead(entry, _key, _codec));
    }

    [Fact]
    public void A_replica_s_rows_take_the_place_of_those_that_have_no_more()
    {
        byte[] found = Entry(1, new(_now, _now));
        Assert.Equal(2, Merged(found, 2, new(_now, _now)));
        Assert.Equal(2, Merged(Entry(1, new(_now, null)), 2, new(_now - _minute, _now - _minute)));
        foreach (byte[] damaged in (byte[][])[[], [1, 2, 3], [.. found[..^1], 77]])
            Assert.Equal(2, Merged(damaged, 2, new(_now, null)));
    }

    [Fact]
    public void Rows_that_have_more_than_a_replica_s_stay_and_are_no_older_than_the_replica_s_are()
    {
        byte[] found = Entry(1, new(_now, _now));
        Assert.Equal(1, Merged(found, 2, new(_now + _minute, _now - _minute), out EntryTime time));
        Assert.Equal(new EntryTime(_now + _minute, _now), time);
        // Of these nobody knows how old they are, and these are older anyway.
        foreach (EntryTime other in (EntryTime[])[new(_now + _minute, null), new(_now - _minute, _now - _minute)])
        {
            Assert.Equal(1, Merged(found, 2, other, out time));
            Assert.Equal(new EntryTime(_now, _now), time);
        }
    }

    [Theory, InlineData(1024, 10), InlineData(1 << 20, 3)]
    public void What_exceeds_a_bound_is_given_up(int bytes, int rows)
    {
        var limits = new DbFallbackCacheOptions { MaxEntryBytes = bytes, MaxEntryRows = rows };
        using var recorder = new EntryRecorder(_key, EntryTime.OfPrimary(_now), _codec, limits, hasFixedTypes: false);
        using DbDataReader reader = Table([.. Enumerable.Range(0, 9).Select(i =>
            new object[] { new string('x', 200) })]);
        recorder.BeginResult(reader);
        while (reader.Read() && recorder.IsRecording) recorder.AddRow(reader);
        Assert.False(recorder.IsRecording);
        Assert.Contains(rows == 3 ? "MaxEntryRows" : "MaxEntryBytes", recorder.Problem!, StringComparison.Ordinal);
    }

    private static object Merged(byte[] found, int replicas, EntryTime time) => Merged(found, replicas, time, out _);

    private static object Merged(byte[] found, int replicas, EntryTime time, out EntryTime merged)
    {
        CacheEntry entry =
            EntryFormat.TryRead(EntryFormat.Merge(found, Entry(replicas, time), _key), _key, _codec)!;
        merged = entry.Time;
        return entry.Results[0].Rows[0][0];
    }

    private static byte[] Entry(int value, EntryTime time) => Record([[[value]]], time);

    private static byte[] Record(object[][][] results) => Record(results, EntryTime.OfPrimary(_now));

    private static byte[] Record(object[][][] results, EntryTime time)
    {
        using var recorder =
            new EntryRecorder(_key, time, _codec, new DbFallbackCacheOptions { MaxEntryBytes = 64 << 20 },
                hasFixedTypes: false);
        for (int i = 0; i < results.Length; i++)
        {
            if (i > 0) recorder.NextResult();
            using DbDataReader reader = Table(results[i]);
            recorder.BeginResult(reader);
            while (reader.Read()) recorder.AddRow(reader);
            recorder.EndResult();
        }

        Assert.Null(recorder.Problem);
        return recorder.Finish();
    }

    private static DataTableReader Table(object[][] rows)
    {
        using var table = new DataTable();
        table.Columns.Add("value", typeof(object));
        foreach (object[] row in rows) table.Rows.Add(row[0]);
        return table.CreateDataReader();
    }
}
