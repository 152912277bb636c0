using System.ComponentModel;
using System.Data.Common;
using System.Reflection;

namespace DbBreaker.Tests.Data;

public sealed class WrapperCompletenessTests
{
    private const BindingFlags Instance =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<Type, string> InheritedFrom = new()
    {
        [typeof(object)] = "The wrapper is an object of its own: identity, text and finalization are its own.",
        [typeof(MarshalByRefObject)] = "Remoting does not exist any more; the base throws.",
        [typeof(Component)] = "The wrapper is a component of its own: designers and containers hold it, not its inner.",
    };

    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["GuardedDbConnection.OnStateChange"] = "Raises the event with the wrapper as sender.",
        ["GuardedDbDataSource.OpenDbConnection"] = "The base opens a connection of CreateDbConnection: a guarded one.",
        ["GuardedDbDataSource.CreateDbCommand"] = "The base executes guarded commands on guarded connections.",
        ["GuardedDbDataSource.CreateDbBatch"] = "The base executes guarded batches on guarded connections.",
    };

    public static TheoryData<Type> Wrappers =>
    [
        typeof(GuardedDbConnection), typeof(GuardedDbCommand), typeof(GuardedDbTransaction), typeof(GuardedDbBatch),
        typeof(GuardedDbDataSource), typeof(GuardedDbProviderFactory),
    ];

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Every_overridable_member_is_forwarded_or_has_a_reason(Type wrapper)
    {
        string[] left = [.. Inherited(wrapper).Where(m => !InheritedFrom.ContainsKey(m.DeclaringType!)).Select(Name)];
        string[] allowed = [.. Allowed.Keys.Where(k => k.StartsWith(wrapper.Name + ".", StringComparison.Ordinal))];

        Assert.Equal(allowed.Order(), left.Select(l => $"{wrapper.Name}.{l}").Order());
    }

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Nobody_else_can_derive_from_a_wrapper_or_make_one(Type wrapper)
    {
        Assert.All(wrapper.GetConstructors(Instance), c => Assert.True(c.IsAssembly || c.IsFamilyAndAssembly));
        Assert.True(wrapper.IsSealed || wrapper.IsAbstract);
    }

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Every_wrapper_hands_out_what_it_wraps(Type wrapper) =>
        Assert.Equal(BclBase(wrapper), wrapper.GetProperty("Inner")!.PropertyType);

    private static IEnumerable<MethodInfo> Inherited(Type wrapper) =>
        wrapper.GetMethods(Instance).Where(m =>
            m.IsVirtual && !m.IsFinal && !m.IsPrivate && m.DeclaringType!.Assembly != typeof(DbGuard).Assembly);

    private static Type BclBase(Type wrapper) =>
        wrapper.BaseType!.Assembly == typeof(DbConnection).Assembly ? wrapper.BaseType : BclBase(wrapper.BaseType);

    private static string Name(MethodInfo method) => method.Name;
}
