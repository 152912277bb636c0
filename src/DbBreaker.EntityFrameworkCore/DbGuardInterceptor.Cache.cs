using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using DbBreaker.Fallback.Cache;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Queries that opted in to cached rows: what they say is read before they run, and their reader is replaced by one that
// notes the rows, never that of SaveChanges, which providers cast to their own type.
public sealed partial class DbGuardInterceptor : IQueryExpressionInterceptor
{
    Expression IQueryExpressionInterceptor.QueryCompilationStarting(
        Expression queryExpression, QueryExpressionEventData eventData) =>
            CompiledOptIn.Instance.Visit(queryExpression);

    private static CachedRead? FindCached(TrackedConnection tracked, DbCommand command)
    {
        if (tracked.Session.Guard.Fallbacks?.Cache is not { } cache) return null;
        string text = command.CommandText;
        DbFallbackCacheRequest? own = FallbackCacheTag.Find(text, out ReadOnlySpan<char> statement);
        return cache.Find(
            own, tracked.Connection, new QueryShape(command, CommandBehavior.Default, isScalar: false, statement));
    }

    /// <summary>Within EF.CompileQuery the call is not made but is part of the expression.</summary>
    private sealed class CompiledOptIn : ExpressionVisitor
    {
        public static readonly CompiledOptIn Instance = new();

        private static readonly MethodInfo _tagWith = new Func<IQueryable<object>, string, IQueryable<object>>(
            EntityFrameworkQueryableExtensions.TagWith).Method.GetGenericMethodDefinition();

        [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The query itself holds the element type.")]
        [UnconditionalSuppressMessage("AOT", "IL3050",
            Justification = "EF Core compiles the query with the same types.")]
        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.DeclaringType != typeof(FallbackCacheQueryableExtensions)) return base.VisitMethodCall(
                node);
            if (node.Arguments[1] is not ConstantExpression { Value: TimeSpan maxAge })
            {
                throw new InvalidOperationException(
                    "WithFallbackCache in a compiled query takes a fixed age, not one of the query's parameters.");
            }

            string tag = FallbackCacheTag.For(new DbFallbackCacheRequest(maxAge));
            return Expression.Call(
                _tagWith.MakeGenericMethod(node.Method.GetGenericArguments()), Visit(node.Arguments[0]),
                    Expression.Constant(tag));
        }
    }
}
