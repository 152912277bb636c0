using System.Collections;
using System.Data;
using System.Data.Common;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// Writes everything that a query's rows depend on, each part behind its length or of a fixed size, so that no two
/// different reads write the same bytes; the key is their hash.
/// </summary>
internal static class CacheKeyBuilder
{
    // What the caller's behavior changes in the rows or in their columns.
    private const CommandBehavior Relevant = CommandBehavior.SingleRow | CommandBehavior.SingleResult
        | CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo;

    private const byte IsList = 254, IsEnum = 253;

    /// <summary>Makes the key of a read, or says which parameter cannot be part of one.</summary>
    /// <param name="identity">Guard and database.</param>
    /// <param name="scopes">Who may see the rows, as the guard, the flow and the command say.</param>
    /// <param name="read">What is read.</param>
    /// <param name="adapter">The driver's.</param>
    /// <param name="recent">Keys that were made already.</param>
    /// <param name="problem">Why there is no key.</param>
    public static CacheKey? TryBuild(
        (string Guard, string Endpoint, string Database) identity, (string? Guard, string? Caller) scopes,
        in QueryShape read, DbProviderAdapter adapter, RecentKeys recent, out string? problem)
    {
        using var writer = new CacheWriter();
        var codec = new ValueCodec(adapter);
        writer.Int32(EntryFormat.Magic);
        writer.Text(identity.Guard);
        writer.Text(identity.Endpoint);
        writer.Text(identity.Database);
        Optional(writer, scopes.Guard);
        Optional(writer, scopes.Caller);
        writer.Byte(read.IsScalar ? (byte)1 : (byte)0);
        writer.Int32((int)(read.Behavior & Relevant));
        problem = null;
        if (read.Command is { } command)
        {
            writer.Byte(0);
            problem = Add(writer, codec, adapter, command.CommandType, read.Text, command.Parameters);
        }
        else
        {
            writer.Byte(1);
            DbBatchCommandCollection commands = read.Batch!.BatchCommands;
            writer.Int32(commands.Count);
            for (int i = 0; i < commands.Count && problem is null; i++)
            {
                DbBatchCommand one = commands[i];
                problem = Add(writer, codec, adapter, one.CommandType, one.CommandText, one.Parameters);
            }
        }

        return problem is null ? recent.Of(writer.Written) : null;
    }

    private static string? Add(
        CacheWriter writer, ValueCodec codec, DbProviderAdapter adapter, CommandType type, ReadOnlySpan<char> text,
        DbParameterCollection parameters)
    {
        writer.Int32((int)type);
        writer.Text(text);
        int count = parameters.Count;
        writer.Int32(count);
        for (int i = 0; i < count; i++)
        {
            DbParameter parameter = parameters[i];
            writer.Text(parameter.ParameterName);
            writer.Int32((int)parameter.Direction);
            writer.Int32((int)parameter.DbType);
            writer.Int32(parameter.Size);
            writer.Byte(parameter.Precision);
            writer.Byte(parameter.Scale);
            Optional(writer, adapter.DescribeParameter(parameter));
            if (parameter.Direction is not ParameterDirection.Input)
                return $"parameter {i + 1} is no input, and cached rows bring no outputs";
            if (!TryAddValue(writer, codec, parameter.Value))
                return $"parameter {i + 1} is a {parameter.Value?.GetType().Name}, which cannot be part of a key";
        }

        return null;
    }

    private static bool TryAddValue(CacheWriter writer, ValueCodec codec, object? value)
    {
        // Unlike the rest, no value at all: some drivers take it for the default.
        writer.Byte(value is null ? (byte)0 : (byte)1);
        if (codec.TryWrite(writer, value)) return true;
        if (value is Enum)
        {
            writer.Byte(IsEnum);
            writer.Text(value.GetType().FullName);
            writer.Text(((Enum)value).ToString("D"));
            return true;
        }

        if (value is not IList list) return false;
        writer.Byte(IsList);
        writer.Text(value.GetType().ToString());
        writer.Int32(list.Count);
        foreach (object? one in list)
        {
            if (!TryAddValue(writer, codec, one)) return false;
        }

        return true;
    }

    private static void Optional(CacheWriter writer, string? text)
    {
        writer.Byte(text is null ? (byte)0 : (byte)1);
        writer.Text(text);
    }
}
