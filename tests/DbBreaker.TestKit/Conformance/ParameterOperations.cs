using System.Data;
using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

internal static class ParameterOperations
{
    private static readonly (string Name, Func<DbParameterCollection, DbParameter, object?> Do)[] Calls =
    [
        ("Add", (p, one) => p.Add(one)), ("Add null", (p, _) => p.Add(null!)), ("Add a value", (p, _) => p.Add(7)),
        ("Add twice", (p, one) => p.Add(one) + p.Add(one)), ("Count", (p, _) => p.Count),
        ("IsFixedSize", (p, _) => p.IsFixedSize), ("IsReadOnly", (p, _) => p.IsReadOnly),
        ("IsSynchronized", (p, _) => p.IsSynchronized), ("SyncRoot", (p, _) => p.SyncRoot is not null),
        ("[0]", (p, _) => p[0].ParameterName), ("[9]", (p, _) => p[9]), ("[name]", (p, _) => p["id"].ParameterName),
        ("[nothing]", (p, _) => p["nothing"]), ("Contains", (p, one) => p.Contains(one)),
        ("Contains a name", (p, _) => p.Contains("id")), ("Contains nothing", (p, _) => p.Contains("nothing")),
        ("IndexOf", (p, one) => p.IndexOf(one)), ("IndexOf a name", (p, _) => p.IndexOf("id")),
        ("RemoveAt nothing", (p, _) => Then(p, () => p.RemoveAt("nothing"))),
        ("RemoveAt 9", (p, _) => Then(p, () => p.RemoveAt(9))), ("Clear", (p, _) => Then(p, p.Clear)),
        ("Remove", (p, one) => Then(p, () => p.Remove(one))), ("Insert", (p, one) => Then(p, () => p.Insert(0, one))),
        ("Insert far", (p, one) => Then(p, () => p.Insert(9, one))),
        ("AddRange", (p, one) => Then(p, () => p.AddRange(new[] { one }))),
        ("CopyTo", (p, _) => Then(p, () => p.CopyTo(new DbParameter[p.Count], 0))),
    ];

    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Parameters") { Stages = [ConformanceStage.Closed, ConformanceStage.Open] };
        foreach ((string name, Func<DbParameterCollection, DbParameter, object?> call) in Calls)
        {
            list.Add($"{name}, empty", c => call(c.Command().Parameters, Parameter(c)));
            list.Add($"{name}, filled", c =>
            {
                DbCommand command = c.Command();
                command.Parameters.Add(Parameter(c));
                return call(command.Parameters, Parameter(c));
            });
        }

        foreach (DbType type in Enum.GetValues<DbType>().Append((DbType)99))
        {
            list.Add($"set DbType {type}", c =>
            {
                DbParameter parameter = Parameter(c);
                parameter.DbType = type;
                return parameter.DbType;
            });
        }

        foreach (ParameterDirection direction in Enum.GetValues<ParameterDirection>())
        {
            list.Add($"set Direction {direction}", c =>
            {
                DbParameter parameter = Parameter(c);
                parameter.Direction = direction;
                return parameter.Direction;
            });
        }

        return list.All;
    }

    private static DbParameter Parameter(ConformanceContext context)
    {
        DbParameter parameter = context.Factory.CreateParameter()!;
        parameter.ParameterName = "id";
        parameter.Value = 1;
        return parameter;
    }

    private static object? Then(DbParameterCollection parameters, Action call)
    {
        call();
        return parameters.Count;
    }
}
