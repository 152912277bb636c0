using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>A SQLite file with the shop's table in it, for what needs no server.</summary>
public sealed class SqliteShop : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"dbbreaker-{Guid.NewGuid():N}.db");

    public SqliteShop()
    {
        var options = new DbContextOptionsBuilder<ShopContext>().UseSqlite(ConnectionString);
        using var context = new ShopContext(options.Options);
        context.Database.EnsureCreated();
    }

    public string ConnectionString => $"Data Source={_file}";

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        File.Delete(_file);
    }
}
