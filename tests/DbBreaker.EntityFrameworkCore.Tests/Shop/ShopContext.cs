using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>One table with a unique column: enough for a query, a batch and an error of the server's.</summary>
internal sealed class ShopContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<Item>().HasIndex(item => item.Code).IsUnique();
}
