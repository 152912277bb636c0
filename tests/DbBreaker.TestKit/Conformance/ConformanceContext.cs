using System.Data;
using System.Data.Common;
using System.Text;

namespace DbBreaker.TestKit.Conformance;

/// <summary>The objects that one operation works with, and what was seen of them.</summary>
internal sealed class ConformanceContext(DbProviderFactory factory, ConformanceDialect dialect) : IAsyncDisposable
{
    private readonly List<string> _notes = [];
    private readonly List<IDisposable> _owned = [];
    private DbDataReader? _reader;

    public DbProviderFactory Factory => factory;

    public ConformanceDialect Dialect => dialect;

    public DbConnection Connection { get; private set; } = null!;

    public DbTransaction Transaction { get; private set; } = null!;

    public DbDataReader Reader => _reader!;

    public CancellationToken Cancelled { get; } = new(canceled: true);

    /// <summary>Disposes the object at the end, whatever the operation did with it.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public void Note(string note) => _notes.Add(note);

    public DbCommand Command(string? text = null)
    {
        DbCommand command = Connection.CreateCommand();
        if (text is not null) command.CommandText = text;
        if (Transaction is not null) command.Transaction = Transaction;
        return command;
    }

    public object? Execute(string text)
    {
        using DbCommand command = Command(text);
        return command.ExecuteNonQuery();
    }

    public void Enter(ConformanceStage stage)
    {
        Connection = factory.CreateConnection()!;
        Connection.StateChange += (sender, change) => Note(
            $"{change.OriginalState}->{change.CurrentState}, sender is the connection: {sender == Connection}");
        if (stage is ConformanceStage.NoString) return;
        Connection.ConnectionString = dialect.ConnectionString;
        if (stage is ConformanceStage.Closed) return;
        Connection.Open();
        Execute(dialect.CreateTable);
        switch (stage)
        {
            case ConformanceStage.InTransaction:
                Transaction = Connection.BeginTransaction();
                break;
            case ConformanceStage.InRawTransaction:
                Execute(dialect.Begin);
                break;
            case ConformanceStage.Reading:
                _reader = Command(dialect.SelectAll).ExecuteReader();
                _reader.Read();
                break;
            case ConformanceStage.Reclosed:
                Connection.Close();
                break;
            case ConformanceStage.Disposed:
                Connection.Dispose();
                break;
        }
    }

    public string Transcribe(object? outcome)
    {
        var text = new StringBuilder();
        text.AppendLine($"{outcome}");
        text.AppendLine($"state: {Try(() => Connection.State)}");
        if (Transaction is not null)
            text.AppendLine($"transaction's connection: {Try(() => Which(Transaction.Connection))}");
        foreach (string note in _notes) text.AppendLine(note);
        return text.ToString();
    }

    /// <summary>Whether an object that a getter handed out is the connection of this operation.</summary>
    public string Which(DbConnection? connection) =>
        connection is null ? "none" : ReferenceEquals(connection, Connection) ? "the connection" : "another";

    public static string Try(Func<object?> read)
    {
        try
        {
            return Describing.Value(read());
        }
        catch (Exception exception)
        {
            return Describing.Exception(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_reader is not null) await _reader.DisposeAsync();
            if (Transaction is not null) await Transaction.DisposeAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or DbException)
        {
            // What the operation left behind may refuse; the outcome has been written down before.
        }

        await Connection.DisposeAsync();
        foreach (IDisposable owned in _owned) owned.Dispose();
    }
}
