using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Benchmarks.EntityFramework;

/// <summary>The smallest context there is.</summary>
public sealed class ItemContext(DbContextOptions<ItemContext> options) : DbContext(options)
{
    /// <summary>Gets the items.</summary>
    public DbSet<Item> Items => Set<Item>();
}

/// <summary>A row.</summary>
public sealed class Item
{
    /// <summary>Gets or sets the key.</summary>
    public int Id { get; set; }

    /// <summary>Gets or sets the name.</summary>
    public string Name { get; set; } = "";
}
