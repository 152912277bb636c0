using DbBreaker.TestKit;

[assembly: AssemblyFixture(typeof(DbBreaker.Tests.Emitted))]

namespace DbBreaker.Tests;

/// <summary>Hears what the guards of these tests say in words. A secret in it fails the run. Measurements and
/// activities are heard in the other projects: here tests show what is free while nobody listens.</summary>
public sealed class Emitted : IDisposable
{
    public Emitted() => DbGuardRegistry.Shared.UseLogging(Scan);

    public static EmissionScan Scan { get; } = EmissionScan.OfTexts();

    public void Dispose()
    {
        Scan.Hear(DbGuardRegistry.Shared);
        Scan.Verify();
    }
}
