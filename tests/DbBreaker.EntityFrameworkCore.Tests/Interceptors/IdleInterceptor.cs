using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Does nothing, of every kind that the guard's interceptor is: what EF Core's interception costs.</summary>
internal sealed class IdleInterceptor
    : IDbConnectionInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor, ISaveChangesInterceptor;
