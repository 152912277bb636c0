using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>
/// Within <c>EF.CompileQuery</c>, WithFallbackCache is not called but is part of the expression; here it becomes the
/// comment that it would have added. Apart from the guard's interceptor, because EF Core takes whatever looks at query
/// expressions for a service of the whole provider: contexts with an interceptor of their own would each get one.
/// Stateless.
/// </summary>
internal sealed class CompiledOptInInterceptor : ExpressionVisitor, IQueryExpressionInterceptor
{
    public static readonly CompiledOptInInterceptor Instance = new();

    private static readonly MethodInfo _tagWith = new Func<IQueryable<object>, string, IQueryable<object>>(
        EntityFrameworkQueryableExtensions.TagWith).Method.GetGenericMethodDefinition();

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) =>
        Visit(queryExpression);

    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The query itself holds the element type.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "EF Core compiles the query with the same types.")]
    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node.Method.DeclaringType != typeof(FallbackCacheQueryableExtensions)) return base.VisitMethodCall(node);
        if (node.Arguments[1] is not ConstantExpression { Value: TimeSpan maxAge })
        {
            throw new InvalidOperationException(
                "WithFallbackCache in a compiled query takes a fixed age, not one of the query's parameters.");
        }

        string tag = FallbackCacheTag.For(new DbFallbackCacheRequest(maxAge));
        MethodInfo tagWith = _tagWith.MakeGenericMethod(node.Method.GetGenericArguments());
        return Expression.Call(tagWith, Visit(node.Arguments[0]), Expression.Constant(tag));
    }
}
