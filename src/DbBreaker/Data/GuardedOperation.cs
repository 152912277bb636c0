namespace DbBreaker.Data;

/// <summary>
/// The one way from a wrapper to its driver: admission, the driver's call, the report. Sync calls stay sync, and an
/// async call whose driver answers at once costs no state machine.
/// </summary>
internal static class GuardedOperation
{
    public static TResult Run<TState, TResult>(
        ConnectionSession? session, OperationPlan plan, TState state, Func<TState, TResult> run)
    {
        if (session is null) return run(state);
        OperationStamp stamp = plan.Gated ? session.BeforeCommand() : session.BeforeUngated();
        TResult result;
        try
        {
            result = run(state);
        }
        catch (Exception exception)
        {
            Fail(session, stamp, plan, exception);
            throw;
        }

        Report(session, stamp, plan);
        return result;
    }

    public static Task<TResult> RunAsync<TState, TResult>(
        ConnectionSession? session,
        OperationPlan plan,
        TState state,
        Func<TState, CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken)
    {
        // What is cancelled before it begins is the driver's to answer, and says nothing about the server.
        if (session is null || cancellationToken.IsCancellationRequested) return run(state, cancellationToken);
        if (!plan.Gated) return StartAsync(session, session.BeforeUngated(), plan, state, run, cancellationToken);
        ValueTask<OperationStamp> admission = session.BeforeCommandAsync(cancellationToken);
        return admission.IsCompletedSuccessfully
            ? StartAsync(session, admission.Result, plan, state, run, cancellationToken)
            : WaitAsync(session, admission, plan, state, run, cancellationToken);

        static async Task<TResult> WaitAsync(
            ConnectionSession session,
            ValueTask<OperationStamp> admission,
            OperationPlan plan,
            TState state,
            Func<TState, CancellationToken, Task<TResult>> run,
            CancellationToken cancellationToken)
        {
            OperationStamp stamp = await admission.ConfigureAwait(false);
            return await StartAsync(session, stamp, plan, state, run, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>For the driver's calls that return nothing.</summary>
    public static async Task<bool> Completed(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private static Task<TResult> StartAsync<TState, TResult>(
        ConnectionSession session,
        OperationStamp stamp,
        OperationPlan plan,
        TState state,
        Func<TState, CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken)
    {
        Task<TResult> task;
        try
        {
            task = run(state, cancellationToken);
        }
        catch (Exception exception)
        {
            Fail(session, stamp, plan, exception);
            throw;
        }

        if (!task.IsCompletedSuccessfully) return FinishAsync(session, stamp, plan, task);
        Report(session, stamp, plan);
        return task;

        static async Task<TResult> FinishAsync(
            ConnectionSession session, OperationStamp stamp, OperationPlan plan, Task<TResult> task)
        {
            TResult result;
            try
            {
                result = await task.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Fail(session, stamp, plan, exception);
                throw;
            }

            Report(session, stamp, plan);
            return result;
        }
    }

    private static void Report(ConnectionSession session, OperationStamp stamp, OperationPlan plan)
    {
        if (plan.Proves) session.Succeeded(stamp);
        else session.Cancelled(stamp);

        if (plan.Effect is TransactionEffect.Begins) session.TransactionStarted();
        else if (plan.Effect is TransactionEffect.Ends) session.TransactionEnded();
        if (plan.Writes) session.Wrote();
    }

    private static void Fail(ConnectionSession session, OperationStamp stamp, in OperationPlan plan,
        Exception exception)
    {
        session.Failed(stamp, exception, plan.Phase);
        // It may have been done all the same.
        if (plan.Writes) session.Wrote();
    }
}
