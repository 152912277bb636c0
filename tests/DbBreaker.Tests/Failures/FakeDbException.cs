using System.Data.Common;

namespace DbBreaker.Tests.Failures;

/// <summary>An error of a driver that nobody wrote an adapter for.</summary>
internal sealed class FakeDbException(string? sqlState = null, Exception? inner = null)
    : DbException("The driver failed.", inner)
{
    public override string? SqlState { get; } = sqlState;
}
