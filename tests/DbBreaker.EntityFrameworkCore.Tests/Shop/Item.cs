namespace DbBreaker.EntityFrameworkCore.Tests;

internal sealed class Item
{
    public int Id { get; set; }

    public required string Code { get; set; }
}
