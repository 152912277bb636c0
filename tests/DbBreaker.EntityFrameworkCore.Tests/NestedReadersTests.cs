using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Commands while a reader is open on the same connection, where the driver can.</summary>
public sealed class NestedReadersTests(SqliteShop sqlite) : IClassFixture<SqliteShop>
{
    [Fact]
    public void Commands_inside_an_open_reader_count_each_and_are_not_rejected()
    {
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        using ShopContext context = shop.Context();
        context.AddRange(new Item { Code = "one" }, new Item { Code = "two" });
        context.SaveChanges();
        long before = shop.Now.Operations;

        foreach (Item outer in context.Items.AsNoTracking())
        {
            shop.Guard.Isolate("test");
            Assert.Equal(1, context.Items.Count(item => item.Id == outer.Id));
        }

        Assert.Equal(0, shop.Now.RejectedOpen);
        shop.AssertNoPermitLeft();
        shop.Guard.Reset();
        Assert.Equal(2, context.Items.Count());
        Assert.True(before > 0);
    }
}
