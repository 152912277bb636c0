using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;
using DbBreaker.Telemetry;

namespace DbBreaker;

/// <summary>
/// Guards one database: decides when calls may pass and how many, and watches those that run. Found through
/// <see cref="DbGuardRegistry"/> or the <c>Guard</c> property of whatever is guarded. Thread-safe.
/// </summary>
/// <remarks>
/// The parts know nothing of each other: the circuit (when), the permits (how many), the stall detector and the prober
/// (is the server there). Only this class puts them together, and only it reports what happened, outside its lock.
/// </remarks>
public sealed partial class DbGuard
{
    private readonly Lock _sync = new(); // Guards transitions and what belongs to them: prober, ramp, brake, suspicion.
    private readonly AttendedClock _clock;
    private readonly Circuit _circuit;
    private readonly PermitPool _permits;
    private readonly PermitPool _opens;
    private readonly LeaseTable _leases;
    private readonly WaitPredictor _waits = new();
    private readonly Prober _prober;
    private readonly DateTimeOffset _madeAt;
    private volatile DbGuardOptions _options;

    // True while nothing out of the ordinary is going on, so that the hot path asks one question. Written by Refresh.
    private volatile bool _isPlain;

    internal DbGuard(
        string name,
        DbGuardOptions options,
        TimeProvider time,
        GuardTarget? target,
        Func<double>? random = null,
        Func<long>? backlog = null)
    {
        Name = name;
        _options = options;
        _target = target;
        CollectsLeaks = Adapter.CollectsLeakedConnections;
        random ??= Random.Shared.NextDouble;
        _backlog = backlog ?? (static () => ThreadPool.PendingWorkItemCount);
        TimeSpan tick = TickFor(options);
        _clock = new AttendedClock(time, tick);
        _circuit = new Circuit(CircuitSettings.From(options), random);
        _permits = new PermitPool(PermitLimitOf(options, target), options.QueueLimit);
        _opens = new PermitPool(options.OpenLimit, options.QueueLimit);
        _leases = new LeaseTable(this);
        _prober = new Prober(_clock, random, LaunchProbe);
        _prober.Configure(ProbeSettings.From(options));
        // Without the first caller's context: its activity and its ambient transaction are not the guard's.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static guard => ((DbGuard)guard!).OnTick(), this, Timeout.InfiniteTimeSpan, tick);
        _tick = tick;
        _madeAt = time.GetUtcNow();
        ForgetFallbacks(options);
        Refresh();
    }

    /// <summary>Gets the guard's name: the one it was given, or where it leads, without secrets.</summary>
    public string Name { get; }

    /// <summary>Gets the circuit's state.</summary>
    public CircuitState State => _circuit.State;

    internal DbGuardOptions Options => _options;

    internal AttendedClock Clock => _clock;

    internal DbProviderAdapter Adapter => _target?.Adapter ?? NeutralAdapter.Instance;

    /// <summary>Whether the driver takes a connection back that nobody kept; its permit comes back with it.</summary>
    internal bool CollectsLeaks { get; private set; }

    /// <summary>Takes a permit if that is possible at once. Never waits, never throws, allocates nothing.</summary>
    /// <param name="lease">The lease, to be disposed; the default value when there is none.</param>
    /// <returns>False when the circuit is open or no permit is free.</returns>
    public bool TryAcquire(out DbGuardLease lease) => TryAcquirePlain(out lease) || TryAcquireSlow(out lease);

    /// <summary>Takes a permit, waiting in the queue when none is free.</summary>
    /// <returns>The lease, to be disposed.</returns>
    /// <exception cref="DbCircuitOpenException">The circuit is open or isolated.</exception>
    /// <exception cref="DbPoolSaturatedException">The queue is full, or the wait is predicted to be, or was, longer
    /// than <see cref="DbGuardOptions.QueueTimeout"/>.</exception>
    public DbGuardLease Acquire() =>
        TryAcquirePlain(out DbGuardLease lease) ? lease : AcquireSlow(CancellationToken.None);

    /// <summary>Takes a permit, waiting in the queue when none is free.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is held then.</param>
    /// <returns>The lease, to be disposed.</returns>
    /// <exception cref="DbCircuitOpenException">The circuit is open or isolated.</exception>
    /// <exception cref="DbPoolSaturatedException">The queue is full, or the wait is predicted to be, or was, longer
    /// than <see cref="DbGuardOptions.QueueTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<DbGuardLease> AcquireAsync(CancellationToken cancellationToken = default) =>
        !cancellationToken.IsCancellationRequested && TryAcquirePlain(out DbGuardLease lease)
            ? new ValueTask<DbGuardLease>(lease)
            : AcquireSlowAsync(cancellationToken);

    /// <summary>Ends a hold; whoever comes first frees the permit.</summary>
    internal void Release(LeaseSlot slot, long version)
    {
        // Read before the slot is let go: afterwards it may be another's.
        int epoch = slot.Epoch;
        long sampledAt = slot.SampledAt;
        long generation = slot.Generation;
        if (!slot.TryRelease(version)) return;
        if (sampledAt != 0) Held(_clock.Attended - sampledAt, epoch, generation);
        if (_waits.IsFull) _waits.Returned(_clock.Attended, _permits.WaitingCount > 0);
        _permits.Return(epoch);
    }

    private bool TryAcquirePlain(out DbGuardLease lease)
    {
        if (_isPlain)
        {
            // Read before the permit is taken: if the circuit opens in between, the lease is stale from the start.
            long generation = _circuit.Generation;
            if (_permits.TryTake(out int epoch))
            {
                lease = Hold(epoch, generation);
                return true;
            }
        }

        lease = default;
        return false;
    }

    private DbGuardLease Hold(int epoch, long generation)
    {
        // After the permit was taken: the monitor stops only when it finds none in use, so one of the two sees the
        // other. Before the clock is read: after a rest its coarse time is that of the last tick, minutes ago perhaps.
        if (!_isWatching) StartWatching();
        LeaseSlot slot = _leases.Claim(out long version);
        slot.Epoch = epoch;
        slot.Generation = generation;
        long now = _isPlain ? _clock.Coarse : _clock.Attended;
        slot.AcquiredAt = now;
        Volatile.Write(ref slot.OperationStartedAt, now);
        slot.SampledAt = IsSampled(version) || DbBreakerMeter.HeldTime.Enabled ? Math.Max(1, _clock.Attended) : 0;
        if (_watchLeaks) slot.TakenAt = Environment.StackTrace;
        return new DbGuardLease(slot, version);
    }

    private void Held(long ticks, int epoch, long generation)
    {
        // A hold from before an outage is as long as the outage was, and a trial's has a new connection in it.
        if (epoch == _permits.Epoch && Circuit.StateOf(generation) != CircuitState.HalfOpen) _waits.Held(ticks);
        if (DbBreakerMeter.HeldTime.Enabled) RecordHold(ticks);
    }

    // One hold in sixteen is timed exactly, and each of a slot's first ones, so that the mean is known early.
    private static bool IsSampled(long version) => (version >> 1 & 15) == 0 || version < 16;

    private static TimeSpan TickFor(DbGuardOptions options) => TimeSpan.FromMilliseconds(
        Math.Clamp(options.StallThreshold.TotalMilliseconds / 10, 10, 50));

    private static int PermitLimitOf(DbGuardOptions options, GuardTarget? target) =>
        options.PermitLimit ?? target?.Endpoint.MaxPoolSize ?? DbGuardDefaults.PermitLimitWithoutProvider;
}
