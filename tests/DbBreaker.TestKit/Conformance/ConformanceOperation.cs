namespace DbBreaker.TestKit.Conformance;

/// <summary>One row of the table: something to do with a driver, bare or guarded.</summary>
public sealed class ConformanceOperation
{
    private readonly ConformanceStage _stage;
    private readonly Func<ConformanceContext, Task<object?>> _run;

    internal ConformanceOperation(string name, ConformanceStage stage, Func<ConformanceContext, Task<object?>> run)
    {
        Name = name;
        _stage = stage;
        _run = run;
    }

    /// <summary>Gets the name: object, member, arguments, stage.</summary>
    public string Name { get; }

    /// <summary>Runs the operation on fresh objects of a factory.</summary>
    /// <param name="factory">The driver's factory, or a guarded one.</param>
    /// <param name="dialect">The server.</param>
    /// <returns>What happened: value or exception, state, events; equal text is the same outcome.</returns>
    public async Task<string> RunAsync(System.Data.Common.DbProviderFactory factory, ConformanceDialect dialect)
    {
        await using var context = new ConformanceContext(factory, dialect);
        object? value;
        try
        {
            context.Enter(_stage);
            value = Describing.Value(await _run(context));
        }
        catch (Exception exception)
        {
            value = Describing.Exception(exception);
        }

        return context.Transcribe(value);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
