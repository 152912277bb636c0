using System.Reflection;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>Null, where it is not accepted, is refused at once and by name, everywhere.</summary>
public sealed class NullArgumentTests
{
    private static readonly Type[] OnlyMadeHere =
        [typeof(DbGuardSnapshot), typeof(DbGuardTransition), typeof(DbReadOrigin)];

    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public async Task Null_is_refused_by_name()
    {
        await using var samples = new Samples();
        var problems = new List<string>();
        int tried = 0;
        foreach (MethodBase member in Shipped.PublicTypes.SelectMany(MembersOf))
        {
            foreach (ParameterInfo parameter in member.GetParameters().Where(RefusesNull))
            {
                tried++;
                string? problem = await TryAsync(member, parameter, samples);
                if (problem is not null)
                    problems.Add($"{member.DeclaringType!.Name}.{member.Name}({parameter.Name}): {problem}");
            }
        }

        Assert.True(tried > 40, $"Only {tried} parameters were tried.");
        Found.Nothing(problems);
    }

    // An override's arguments are its base's to judge, and a forward's are the driver's.
    private static IEnumerable<MethodBase> MembersOf(Type type)
    {
        const BindingFlags own =
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        // Guards call adapters, and make the records of what happened; neither with null.
        if (type.IsAssignableTo(typeof(DbProviderAdapter)) || OnlyMadeHere.Contains(type)) return [];
        // Operators take null; settings are judged as a whole, when they are used.
        return type.GetConstructors(own).Cast<MethodBase>().Concat(type.GetMethods(own).Where(static method =>
            method.GetBaseDefinition() == method && !method.IsSpecialName));
    }

    private static bool RefusesNull(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType && !parameter.ParameterType.IsByRef
        && Nullability.Create(parameter).WriteState == NullabilityState.NotNull;

    private static async Task<string?> TryAsync(MethodBase member, ParameterInfo nulled, Samples samples)
    {
        if (member is MethodInfo { IsGenericMethodDefinition: true } generic)
        {
            Type? constraint = generic.GetGenericArguments()[0].GetGenericParameterConstraints().FirstOrDefault();
            bool isOwn = constraint?.IsAssignableFrom(typeof(Samples.Shop)) ?? true;
            member = generic.MakeGenericMethod(isOwn ? typeof(Samples.Shop) : constraint!);
            nulled = member.GetParameters()[nulled.Position];
        }

        object?[] arguments =
        [
            .. member.GetParameters().Select(p => p.Position == nulled.Position ? null : samples.Of(p.ParameterType)),
        ];
        try
        {
            object? result = member is ConstructorInfo constructor
                ? constructor.Invoke(arguments)
                : member.Invoke(member.IsStatic ? null : samples.Of(member.DeclaringType!), arguments);
            if (result is Task task) await task;
            return "it was accepted";
        }
        catch (Exception exception)
        {
            Exception thrown = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
            return thrown is ArgumentNullException refusal && refusal.ParamName == nulled.Name
                ? null
                : $"{thrown.GetType().Name}: {thrown.Message}";
        }
    }
}
