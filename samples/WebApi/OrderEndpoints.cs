using DbBreaker;
using Microsoft.EntityFrameworkCore;

namespace WebApi;

/// <summary>The application itself. A rejection becomes a 503 by itself; that rows came from the standby or, some
/// minutes
/// old, from the cache is said.</summary>
internal static class OrderEndpoints
{
    public const string SourceHeader = "X-Read-From";

    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/orders", async (ShopContext shop, HttpResponse response, CancellationToken cancellationToken) =>
        {
            using DbReadScope reads = DbReadScope.Begin();
            List<Order> orders = await shop.Orders
                .AsNoTracking().OrderByDescending(o => o.Id).Take(20)
                .WithFallbackCache(TimeSpan.FromMinutes(10)).ToListAsync(cancellationToken);
            if (reads.Latest is { } origin) response.Headers[SourceHeader] = origin.Source.ToString();
            return orders;
        });
        app.MapPost("/orders", async (string item, ShopContext shop, CancellationToken cancellationToken) =>
        {
            var order = new Order { Item = item };
            shop.Orders.Add(order);
            await shop.SaveChangesAsync(cancellationToken);
            return Results.Created($"/orders/{order.Id}", order);
        });
    }
}
