namespace DbBreaker.TestKit.Conformance;

/// <summary>Collects rows of the table; each part of the table is a few lines that call it.</summary>
internal sealed class OperationList(string subject)
{
    private readonly List<ConformanceOperation> _operations = [];

    public IEnumerable<ConformanceOperation> All => _operations;

    public ConformanceStage[] Stages { get; set; } = Enum.GetValues<ConformanceStage>();

    /// <summary>Adds a synchronous call at each of the stages.</summary>
    public void Add(string name, Func<ConformanceContext, object?> run) =>
        AddAsync(name, context => Task.FromResult(run(context)));

    /// <summary>Adds a synchronous call that returns nothing.</summary>
    public void Do(string name, Action<ConformanceContext> run) =>
        Add(name, context =>
        {
            run(context);
            return "done";
        });

    /// <summary>Adds an asynchronous call at each of the stages.</summary>
    public void AddAsync(string name, Func<ConformanceContext, Task<object?>> run)
    {
        foreach (ConformanceStage stage in Stages)
        {
            // Beside an open reader Npgsql cancels the reader and waits, bare as guarded: half a minute for each row.
            if (stage is ConformanceStage.Reading && name.Contains("cancelled", StringComparison.Ordinal)) continue;
            _operations.Add(new ConformanceOperation($"{subject}.{name} [{stage}]", stage, run));
        }
    }

    /// <summary>Adds an asynchronous call that returns nothing.</summary>
    public void DoAsync(string name, Func<ConformanceContext, Task> run) =>
        AddAsync(name, async context =>
        {
            await run(context);
            return "done";
        });
}
