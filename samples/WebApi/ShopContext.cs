using Microsoft.EntityFrameworkCore;

namespace WebApi;

internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();
}

internal sealed class Order
{
    public int Id { get; set; }

    public required string Item { get; set; }
}
