using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.Benchmarks.EntityFramework;

/// <summary>Does nothing at every point where the guard looks: what interception costs EF Core by itself.</summary>
internal sealed class IdleInterceptor : DbCommandInterceptor, IDbConnectionInterceptor, IDbTransactionInterceptor,
    ISaveChangesInterceptor;
