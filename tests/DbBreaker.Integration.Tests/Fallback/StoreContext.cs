using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace DbBreaker.Integration.Tests.Fallback;

/// <summary>Orders with lines: an include, and a column of each kind that drivers map in a way of their own.</summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Line> Lines => Set<Line>();

    public static async Task FillAsync(string connectionString)
    {
        var options = new DbContextOptionsBuilder<StoreContext>().UseNpgsql(connectionString).Options;
        await using var context = new StoreContext(options);
        await context.Database.EnsureCreatedAsync();
        for (int i = 1; i <= 20; i++) context.Add(Order.Number(i));
        await context.SaveChangesAsync();
        await context.Database.ExecuteSqlRawAsync(
            """
            CREATE SEQUENCE numbers;
            CREATE FUNCTION place_order() RETURNS int LANGUAGE sql AS
                'INSERT INTO "Lines" ("OrderId", "Text") VALUES (1, ''sneaked in'') RETURNING "Id"';
            CREATE PROCEDURE place(INOUT id int) LANGUAGE plpgsql AS
                'BEGIN INSERT INTO "Lines" ("OrderId", "Text") VALUES (id, ''sneaked in''); END';
            CREATE PROCEDURE double(INOUT value int) LANGUAGE plpgsql AS 'BEGIN value := value * 2; END';
            """);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Order>().Property(order => order.Document).HasColumnType("jsonb");
        modelBuilder.HasSequence<int>("hilo").IncrementsBy(10);
        modelBuilder.Entity<Tally>().Property(tally => tally.Id).UseHiLo("hilo");
    }
}

internal sealed class Order
{
    public int Id { get; set; }

    public required string Customer { get; set; }

    public string? Note { get; set; }

    public decimal Total { get; set; }

    public DateOnly Day { get; set; }

    public DateTimeOffset At { get; set; }

    public Guid Key { get; set; }

    public int[] Codes { get; set; } = [];

    public NpgsqlRange<int> Range { get; set; }

    public string Document { get; set; } = "{}";

    public List<Line> Lines { get; } = [];

    public static Order Number(int i) => new()
    {
        Customer = $"customer {i % 5}",
        Note = i % 2 == 0 ? null : $"note {i}",
        Total = i * 1.25m,
        Day = new DateOnly(2026, 1, 1).AddDays(i),
        At = DateTimeOffset.UnixEpoch.AddHours(i),
        Key = new Guid(i, 0, 0, new byte[8]),
        Codes = [i, i + 1],
        Range = new NpgsqlRange<int>(i, i + 10),
        Document = $$"""{"number": {{i}}}""",
        Lines = { new Line { Text = $"first of {i}" }, new Line { Text = $"second of {i}" } },
    };
}

internal sealed class Line
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public required string Text { get; set; }
}

internal sealed class Tally
{
    public int Id { get; set; }
}
