[assembly: AssemblyFixture(typeof(DbBreaker.TestKit.Emitted))]
[assembly: DbBreaker.TestKit.Traced]

namespace DbBreaker.TestKit;

/// <summary>Hears all that the guards of this assembly's tests tell. A secret in it fails the run.</summary>
public sealed class Emitted : IDisposable
{
    public Emitted() => DbGuardRegistry.Shared.UseLogging(Scan);

    /// <summary>For registries of a test's own: <c>registry.UseLogging(Emitted.Scan)</c>.</summary>
    public static EmissionScan Scan { get; } = new();

    public void Dispose()
    {
        Scan.Hear(DbGuardRegistry.Shared);
        Scan.Verify();
    }
}
