using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Each operation both ways: EF Core calls other interceptor methods for each.</summary>
internal static class SyncOrAsync
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<List<T>> Rows<T>(this IQueryable<T> query, bool async) =>
        async ? await query.ToListAsync(Token) : [.. query];

    public static async Task<int> Save(this DbContext context, bool async) =>
        async ? await context.SaveChangesAsync(Token) : context.SaveChanges();

    public static async Task Open(this DatabaseFacade database, bool async)
    {
        if (async) await database.OpenConnectionAsync(Token);
        else database.OpenConnection();
    }

    public static async Task Close(this DatabaseFacade database, bool async)
    {
        if (async) await database.CloseConnectionAsync();
        else database.CloseConnection();
    }

    public static async Task<IDbContextTransaction> Begin(this DatabaseFacade database, bool async) =>
        async ? await database.BeginTransactionAsync(Token) : database.BeginTransaction();

    public static async Task Commit(this IDbContextTransaction transaction, bool async)
    {
        if (async) await transaction.CommitAsync(Token);
        else transaction.Commit();
    }

    public static async Task<int> Execute(this DatabaseFacade database, string sql, bool async)
    {
        FormattableString text = FormattableStringFactory.Create(sql);
        return async ? await database.ExecuteSqlAsync(text, Token) : database.ExecuteSql(text);
    }

    public static async Task<bool> CanConnect(this DatabaseFacade database, bool async) =>
        async ? await database.CanConnectAsync(Token) : database.CanConnect();

    public static async Task Dispose(this DbContext context, bool async)
    {
        if (async) await context.DisposeAsync();
        else context.Dispose();
    }
}
