using System.Collections;
using System.Data.Common;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// The driver's reader, with each row noted when the caller goes on from it. The entry is kept when the caller has read
/// to the end of the last result; whatever the recording meets never becomes the caller's error. For one caller at a
/// time.
/// </summary>
internal sealed partial class RecordingReader : DbDataReader
{
    private readonly DbDataReader _inner;
    private readonly CachedRead _read;
    private readonly EntryRecorder _recorder;
    private readonly bool _isOneRow;
    private RowSlot[] _row = [];
    private bool _isAtRow;
    private bool _endOfRows;
    private bool _isOver;
    private bool _isClosed;

    // A driver may give the same reader object to the next command: once disposed, it is not touched again.
    private bool _isDisposed;

    public RecordingReader(DbDataReader inner, CachedRead read)
    {
        _inner = inner;
        _read = read;
        _recorder = read.StartRecorder();
        _isOneRow = read.IsOneRow;
        BeginResult();
    }

    public override bool Read()
    {
        if (_isAtRow) AddRow();
        bool hasRow;
        try
        {
            hasRow = _inner.Read();
        }
        catch
        {
            Leave();
            throw;
        }

        Reached(hasRow);
        return hasRow;
    }

    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isAtRow) AddRow();
        Task<bool> reading = _inner.ReadAsync(cancellationToken);
        if (!reading.IsCompletedSuccessfully) return Wait(this, reading);
        Reached(reading.Result);
        return reading;

        static async Task<bool> Wait(RecordingReader reader, Task<bool> reading)
        {
            try
            {
                bool hasRow = await reading.ConfigureAwait(false);
                reader.Reached(hasRow);
                return hasRow;
            }
            catch
            {
                reader.Leave();
                throw;
            }
        }
    }

    public override bool NextResult()
    {
        BeforeNextResult();
        bool hasNext;
        try
        {
            hasNext = _inner.NextResult();
        }
        catch
        {
            Leave();
            throw;
        }

        Turned(hasNext);
        return hasNext;
    }

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        BeforeNextResult();
        try
        {
            bool hasNext = await _inner.NextResultAsync(cancellationToken).ConfigureAwait(false);
            Turned(hasNext);
            return hasNext;
        }
        catch
        {
            Leave();
            throw;
        }
    }

    public override void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        BeforeEnd();
        try
        {
            while (MayBeWhole()) Turned(_inner.NextResult());
        }
        catch
        {
            // A later statement failed, which the driver reports or not as it closes; either way there is no entry.
        }

        Leave();
        _inner.Close();
    }

    public override async Task CloseAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        await TurnAsync().ConfigureAwait(false);
        Leave();
        await _inner.CloseAsync().ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            if (!_isClosed) await TurnAsync().ConfigureAwait(false);
            Leave();
            _isClosed = _isDisposed = true;
            await _inner.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            Close();
            _isDisposed = true;
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task TurnAsync()
    {
        BeforeEnd();
        try
        {
            while (MayBeWhole()) Turned(await _inner.NextResultAsync(CancellationToken.None).ConfigureAwait(false));
        }
        catch
        {
            // As in Close.
        }
    }

    // The caller read this result to its end; only the driver knows whether another one follows.
    private bool MayBeWhole() => !_isOver && _recorder.IsRecording && _endOfRows && !_inner.IsClosed;

    private void Reached(bool hasRow)
    {
        if (_isOver) return;
        _isAtRow = hasRow;
        if (!hasRow) EndResult();
    }

    private void AddRow()
    {
        _isAtRow = false;
        Note(static (recorder, reader) => recorder.AddRow(reader));
        // Whoever wants one row has it now, and need not look for another.
        if (_isOneRow) EndResult();
    }

    private void BeginResult()
    {
        _endOfRows = false;
        Note(static (recorder, reader) => recorder.BeginResult(reader));
        _row = _recorder.Row;
    }

    private void EndResult()
    {
        if (!_endOfRows) Note(static (recorder, _) => recorder.EndResult());
        _endOfRows = true;
        _row = [];
    }

    private void BeforeNextResult()
    {
        BeforeEnd();
        if (!_isOver && !_endOfRows) Leave();
    }

    // The caller leaves its row without asking for another: it had all of them only if it wanted one.
    private void BeforeEnd()
    {
        if (_isAtRow && _isOneRow && !_inner.IsClosed) AddRow();
    }

    private void Turned(bool hasNext)
    {
        if (_isOver) return;
        if (hasNext && _inner.IsClosed) hasNext = false;
        if (!hasNext)
        {
            Finish();
            return;
        }

        // A scalar is the first row's; the rest only has to be done with.
        if (_read.IsScalar) return;
        _recorder.NextResult();
        BeginResult();
    }

    private void Finish()
    {
        End();
        try
        {
            if (_inner.RecordsAffected is not -1) _recorder.Abandon("it changed rows, and only what reads is kept");
            _read.Finished(_recorder);
        }
        finally
        {
            _recorder.Dispose();
        }
    }

    // The recording ends without an entry, because the caller did not want all rows or could not have them: no news.
    private void Leave()
    {
        if (_isOver) return;
        End();
        _recorder.Abandon("its end was not reached");
    }

    private void Note(Action<EntryRecorder, DbDataReader> note)
    {
        if (_isOver) return;
        try
        {
            note(_recorder, _inner);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A value that the driver cannot give in its default type. The caller may ask for it in another.
            _recorder.Abandon($"a value could not be read ({exception.GetType().Name})");
        }

        if (_recorder.IsRecording) return;
        End();
        _read.Refused(_recorder.Problem!);
    }

    private void End()
    {
        _isOver = true;
        _isAtRow = false;
        _row = [];
    }
}
