namespace DbBreaker.Style.Tests;

/// <summary>Fails with everything that was found, so that one run shows all there is to do.</summary>
internal static class Found
{
    public static void Nothing(IEnumerable<string> problems)
    {
        string[] all = [.. problems];
        Assert.True(all.Length == 0, $"{all.Length} found:\n" + string.Join('\n', all));
    }
}
