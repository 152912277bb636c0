using Microsoft.EntityFrameworkCore;

namespace WebApi;

/// <summary>The application itself. Nothing here knows of the guard: a rejection becomes a 503 by itself.</summary>
internal static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/orders", async (ShopContext shop, CancellationToken cancellationToken) =>
            await shop.Orders.AsNoTracking().OrderByDescending(o => o.Id).Take(20).ToListAsync(cancellationToken));
        app.MapPost("/orders", async (string item, ShopContext shop, CancellationToken cancellationToken) =>
        {
            var order = new Order { Item = item };
            shop.Orders.Add(order);
            await shop.SaveChangesAsync(cancellationToken);
            return Results.Created($"/orders/{order.Id}", order);
        });
    }
}
