using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Failures;

public sealed class SqliteAdapterTests : IDisposable
{
    private static readonly TimeSpan _probeTimeout = TimeSpan.FromMilliseconds(750);
    private readonly string _folder = Directory.CreateTempSubdirectory("dbbreaker").FullName;
    private readonly SqliteAdapter _adapter = SqliteAdapter.Instance;

    private string File => Path.Combine(_folder, "orders.db");

    private string ConnectionString => $"Data Source={File};Default Timeout=1;Pooling=False";

    [Fact]
    public void Sqlite_is_recognised_without_a_package()
    {
        using SqliteConnection connection = new(ConnectionString);

        Assert.Same(_adapter, DbProviderAdapters.For(connection));
        Assert.Same(NeutralAdapter.Instance, DbProviderAdapters.For(new FakeDbConnection("Server=x")));
    }

    [Fact]
    public void A_lock_is_contention_for_a_command_and_silence_for_a_probe()
    {
        using SqliteConnection holder = OpenWithTable();
        Execute(holder, "BEGIN EXCLUSIVE");
        using SqliteConnection connection = new(ConnectionString);
        connection.Open();

        DbFailure command = Fail(connection, "INSERT INTO t VALUES (1)");
        using DbConnection probe = _adapter.CreateProbeConnection(connection, _probeTimeout);
        DbFailure asked = Fail(probe, _adapter.ProbeCommandText);

        Assert.Equal(DbFailureKind.Contention, DbFailureClassifier.Classify(_adapter, command));
        Assert.True(DbFailureClassifier.IsAnswer(DbFailureKind.Contention, command));
        Assert.Equal(DbFailureKind.Contention, DbFailureClassifier.Classify(_adapter, asked));
        Assert.False(_adapter.IsProbeAnswered(asked));

        Execute(holder, "COMMIT");
        Execute(probe, _adapter.ProbeCommandText);
    }

    [Fact]
    public void A_missing_file_is_unavailable_and_a_probe_does_not_create_it()
    {
        using SqliteConnection connection = new(ConnectionString);
        using DbConnection probe = _adapter.CreateProbeConnection(connection, _probeTimeout);

        DbFailure failure = Fail(probe, _adapter.ProbeCommandText);

        Assert.Equal(DbFailureKind.Unavailable, DbFailureClassifier.Classify(_adapter, failure));
        Assert.False(_adapter.IsProbeAnswered(failure));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_file_that_is_no_database_is_unavailable()
    {
        System.IO.File.WriteAllText(File, new string('x', 8192));
        using SqliteConnection connection = new(ConnectionString);

        DbFailure failure = Fail(connection, "SELECT count(*) FROM sqlite_master");

        Assert.Equal(DbFailureKind.Unavailable, DbFailureClassifier.Classify(_adapter, failure));
    }

    [Theory]
    [InlineData("INSERT INTO u VALUES (1)")]
    [InlineData("INSERT INTO t VALUES (NULL)")]
    [InlineData("SELEKT")]
    public void An_error_of_the_statement_is_an_answer(string text)
    {
        using SqliteConnection connection = OpenWithTable();

        DbFailure failure = Fail(connection, text);

        Assert.Equal(DbFailureKind.Answered, DbFailureClassifier.Classify(_adapter, failure));
        Assert.True(_adapter.IsProbeAnswered(failure));
    }

    [Theory]
    [InlineData(1, DbFailureKind.Answered)]
    [InlineData(5, DbFailureKind.Contention)]
    [InlineData(6, DbFailureKind.Contention)]
    [InlineData(7, DbFailureKind.Saturated)]
    [InlineData(8, DbFailureKind.Answered)]
    [InlineData(9, DbFailureKind.Cancelled)]
    [InlineData(10, DbFailureKind.Unavailable)]
    [InlineData(11, DbFailureKind.Answered)]
    [InlineData(13, DbFailureKind.Saturated)]
    [InlineData(14, DbFailureKind.Unavailable)]
    [InlineData(15, DbFailureKind.Contention)]
    [InlineData(19, DbFailureKind.Answered)]
    [InlineData(21, DbFailureKind.Misuse)]
    [InlineData(26, DbFailureKind.Unavailable)]
    public void Every_result_code_has_a_meaning(int code, DbFailureKind expected) =>
        Assert.Equal(expected, _adapter.Classify(new DbFailure(new SqliteException("x", code), DbPhase.Executing)));

    [Fact]
    public void A_file_is_one_guard_however_it_is_written()
    {
        DbEndpoint endpoint = Describe(ConnectionString);

        Assert.Equal(endpoint.Key, Describe($"pooling=False;DEFAULT TIMEOUT=1;data source={File}").Key);
        Assert.Equal(endpoint.Key, Describe($"Filename={File};Default Timeout=1;Pooling=False").Key);
        Assert.Equal(
            endpoint.Key, Describe($"Data Source={File};pooling=false;Command Timeout=7;Mode=ReadWriteCreate").Key);
        Assert.NotEqual(endpoint.Key, Describe($"Data Source={File};Pooling=True").Key);
        Assert.NotEqual(endpoint.Key, Describe($"Data Source={File};Pooling=False;Mode=Memory").Key);
        Assert.Equal("sqlite://orders.db", endpoint.DisplayName);
        Assert.Null(endpoint.MaxPoolSize);
        Assert.DoesNotContain("hush", Describe($"{ConnectionString};Password=hush").Key, StringComparison.Ordinal);
        Assert.NotEqual(endpoint.Key, Describe($"Data Source={File}2").Key);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Execute(DbConnection connection, string text)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static DbFailure Fail(DbConnection connection, string text)
    {
        DbPhase phase = DbPhase.Opening;
        try
        {
            if (connection.State != ConnectionState.Open) connection.Open();
            phase = DbPhase.Executing;
            Execute(connection, text);
        }
        catch (DbException exception)
        {
            return new DbFailure(exception, phase, StateAfter: connection.State);
        }

        throw new InvalidOperationException("It was meant to fail.");
    }

    private SqliteConnection OpenWithTable()
    {
        SqliteConnection connection = new(ConnectionString);
        connection.Open();
        Execute(connection, "CREATE TABLE t (id INTEGER NOT NULL)");
        return connection;
    }

    private DbEndpoint Describe(string text)
    {
        using SqliteConnection connection = new(text);
        return _adapter.GetEndpoint(connection);
    }
}
