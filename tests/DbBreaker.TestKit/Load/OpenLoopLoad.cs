namespace DbBreaker.TestKit;

/// <summary>
/// Load as the world sends it: requests come at a steady rate whether or not earlier ones were answered. The schedule
/// runs on a thread of its own and does not drift: a late tick is made up for, and latency counts from the due time.
/// </summary>
/// <remarks>One run per object. The counters may be read from any thread while it runs.</remarks>
public sealed class OpenLoopLoad
{
    private readonly OpenLoopLoadOptions _options;
    private readonly TimeProvider _clock;
    private readonly LoadRequest?[] _requests;
    private readonly CancellationTokenSource _drained = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _outcomes = new int[Enum.GetValues<LoadOutcome>().Length];
    private long _startedAt;
    private int _scheduled;
    private int _inFlight;
    private int _maxInFlight;
    private int _hasRun;

    // Requests that have not ended, and one for the schedule itself: whoever takes it to zero ends the load.
    private int _open = 1;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Rate or duration is not above zero.</exception>
    public OpenLoopLoad(OpenLoopLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Rate, "Rate");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Duration, TimeSpan.Zero, "Duration");
        _options = options;
        _clock = options.TimeProvider;
        _requests = new LoadRequest?[(int)Math.Ceiling(options.Rate * options.Duration.TotalSeconds)];
    }

    /// <summary>Time since the run began; zero before.</summary>
    public TimeSpan Elapsed => _startedAt == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(_startedAt);

    /// <summary>Requests that came due and have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests that came due so far.</summary>
    public int Scheduled => Volatile.Read(ref _scheduled);

    /// <summary>How many requests have ended in this way so far.</summary>
    public int Count(LoadOutcome outcome) => Volatile.Read(ref _outcomes[(int)outcome]);

    /// <summary>
    /// Runs the load to its end. A cancelled run stops starting requests, cancels those that run and returns what it
    /// has recorded.
    /// </summary>
    /// <param name="operation">One request. Its token is cancelled when the drain deadline has passed.</param>
    /// <param name="cancellationToken">Ends the run early, without an exception.</param>
    public async Task<LoadResult> RunAsync(
        Func<CancellationToken, Task> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (Interlocked.Exchange(ref _hasRun, 1) != 0)
            throw new InvalidOperationException("A load runs once; make another one.");
        _startedAt = _clock.GetTimestamp();
        var scheduled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Schedule(operation, cancellationToken);
            scheduled.SetResult();
        })
        { IsBackground = true, Name = "Open-loop load" }.Start();
        await scheduled.Task;
        try
        {
            await _allEnded.Task.WaitAsync(_options.DrainDeadline, _clock, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What still runs is recorded as unfinished, and told to end.
        }

        var elapsed = Elapsed;
        for (var index = 0; index < Scheduled; index++)
            Record(new LoadRequest(index, DueAt(index), null, LoadOutcome.Unfinished, null));
        await _drained.CancelAsync();
        return new LoadResult([.. _requests.Take(Scheduled).Select(request => request!)], elapsed, _maxInFlight);
    }

    private void Schedule(Func<CancellationToken, Task> operation, CancellationToken cancellationToken)
    {
        for (var index = 0; index < _requests.Length; index++)
        {
            var due = DueAt(index);
            for (var wait = due - Elapsed; wait > TimeSpan.Zero; wait = due - Elapsed)
            {
                // Rounded up: a wait of less than a millisecond is none, and the loop would burn a core.
                var rounded = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
                if (cancellationToken.WaitHandle.WaitOne(rounded))
                    break;
            }

            if (cancellationToken.IsCancellationRequested)
                break;
            Volatile.Write(ref _scheduled, index + 1);
            Interlocked.Increment(ref _open);
            var inFlight = Interlocked.Increment(ref _inFlight);
            // Written by this thread only.
            if (inFlight > _maxInFlight)
                _maxInFlight = inFlight;
            Start(index, operation);
        }

        Leave();
    }

    private void Start(int index, Func<CancellationToken, Task> operation)
    {
        if (_options.Start == RequestStart.ThreadPool)
            ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunOneAsync(index, operation), null);
        else
            new Thread(() => _ = RunOneAsync(index, operation)) { IsBackground = true, Name = "Request" }.Start();
    }

    private async Task RunOneAsync(int index, Func<CancellationToken, Task> operation)
    {
        Exception? error = null;
        try
        {
            await operation(_drained.Token);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        Record(new LoadRequest(index, DueAt(index), Elapsed, OutcomeOf(error), error));
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _allEnded.SetResult();
    }

    private void Record(LoadRequest request)
    {
        if (Interlocked.CompareExchange(ref _requests[request.Index], request, null) is not null)
            return;
        Interlocked.Increment(ref _outcomes[(int)request.Outcome]);
        Interlocked.Decrement(ref _inFlight);
    }

    private LoadOutcome OutcomeOf(Exception? error) => error switch
    {
        null => LoadOutcome.Succeeded,
        _ when _options.IsRejection(error) => LoadOutcome.Rejected,
        OperationCanceledException when _drained.IsCancellationRequested => LoadOutcome.Unfinished,
        _ => LoadOutcome.Failed,
    };

    private TimeSpan DueAt(int index) => TimeSpan.FromSeconds(index / _options.Rate);
}
