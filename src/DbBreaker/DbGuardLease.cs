using DbBreaker.Admission;

namespace DbBreaker;

/// <summary>
/// A permit to use the database, from <see cref="DbGuard.AcquireAsync"/> until <see cref="Dispose"/>. What became of it
/// is reported with <see cref="ReportSuccess"/> or <see cref="ReportFailure"/>; no report is no evidence. A value:
/// copies are the same lease, and it ends once, whichever copy is disposed first. The default value is no lease; every
/// member does nothing on it. Members may be called from any thread.
/// </summary>
public readonly struct DbGuardLease : IDisposable, IEquatable<DbGuardLease>
{
    private readonly LeaseSlot? _slot;
    private readonly long _version;

    internal DbGuardLease(LeaseSlot slot, long version)
    {
        _slot = slot;
        _version = version;
    }

    /// <summary>Gets whether the permit is still held.</summary>
    public bool IsHeld => _slot is { } slot && slot.Version == _version;

    internal LeaseSlot? Slot => _slot;

    internal long Version => _version;

    /// <summary>Reports that an operation completed. After a transition of the circuit it says nothing and is
    /// ignored.</summary>
    public void ReportSuccess()
    {
        if (_slot is { } slot && slot.Version == _version) slot.Guard.Succeed(slot);
    }

    /// <summary>Reports that an operation failed. The exception is classified: only a server that is gone or silent is
    /// a failure, an error that it answered is a success.</summary>
    /// <param name="exception">What was thrown. The same object counts once.</param>
    /// <param name="phase">What was being done.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="phase"/> is not defined.</exception>
    public void ReportFailure(Exception exception, DbPhase phase)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (!Enum.IsDefined(phase))
        {
            throw new ArgumentOutOfRangeException(
                nameof(phase), phase, "The phase is one of Opening, Executing, Reading, Committing.");
        }

        if (_slot is { } slot && slot.Version == _version) slot.Guard.Fail(slot, exception, phase);
    }

    /// <summary>Gives the permit back. Any number of times.</summary>
    public void Dispose()
    {
        if (_slot is { } slot) slot.Guard.Release(slot, _version);
    }

    /// <inheritdoc/>
    public bool Equals(DbGuardLease other) => ReferenceEquals(_slot, other._slot) && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DbGuardLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _version);

    /// <summary>Tells whether two values are the same lease.</summary>
    /// <param name="left">One lease.</param>
    /// <param name="right">The other lease.</param>
    public static bool operator ==(DbGuardLease left, DbGuardLease right) => left.Equals(right);

    /// <summary>Tells whether two values are different leases.</summary>
    /// <param name="left">One lease.</param>
    /// <param name="right">The other lease.</param>
    public static bool operator !=(DbGuardLease left, DbGuardLease right) => !left.Equals(right);
}
