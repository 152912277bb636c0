using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>One small table.</summary>
internal sealed class ItemContext(DbContextOptions<ItemContext> options) : DbContext(options)
{
    /// <summary>Rows that every test finds: numbers 1 to 1,000.</summary>
    public const string Create =
        """
        CREATE TABLE item (id int PRIMARY KEY, value int NOT NULL);
        INSERT INTO item SELECT n, 0 FROM generate_series(1, 1000) n;
        """;

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<Item>(item =>
        {
            item.ToTable("item");
            item.Property(i => i.Id).HasColumnName("id").ValueGeneratedNever();
            item.Property(i => i.Value).HasColumnName("value");
        });
}

internal sealed class Item
{
    public int Id { get; init; }

    public int Value { get; init; }
}
