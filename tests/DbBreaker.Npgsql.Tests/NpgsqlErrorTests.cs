using System.Data;
using System.Net.Sockets;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

public sealed class NpgsqlErrorTests
{
    private static readonly NpgsqlException _refused =
        new("Failed to connect to 127.0.0.1:1", new SocketException((int)SocketError.ConnectionRefused));

    private static readonly NpgsqlException _exhausted = new(
        "The connection pool has been exhausted, either raise 'Max Pool Size' (currently 1) or 'Timeout' " +
        "(currently 1 seconds) in your connection string.", new TimeoutException());

    [Theory]
    [InlineData("no more connections allowed (max_client_conn)", Saturated)]
    [InlineData("client connections exceeded (max_db_client_connections)", Saturated)]
    [InlineData("client connections exceeded (max_user_client_connections)", Saturated)]
    [InlineData("bouncer resources exhaustion", Saturated)]
    [InlineData("query_wait_timeout", Saturated)]
    [InlineData(
        "server login has been failing, cached error: FATAL: sorry, too many clients already (server_login_retry)",
        Saturated)]
    [InlineData(
        "server login has been failing, cached error: connect failed (server_login_retry)", Unavailable)]
    [InlineData("server login has been failing, try again later (server_login_retry)", Unavailable)]
    [InlineData("pgbouncer cannot connect to server", Unavailable)]
    [InlineData("client_login_timeout (server down)", Unavailable)]
    [InlineData("server conn crashed?", Unavailable)]
    [InlineData("server closed the connection unexpectedly", Unavailable)]
    [InlineData("server DNS lookup failed", Unavailable)]
    [InlineData("connect timeout", Unavailable)]
    [InlineData("server shutting down", Unavailable)]
    [InlineData("pooler is shutting down", Unavailable)]
    [InlineData("query_timeout", Answered)]
    [InlineData("query timeout", Answered)]
    [InlineData("idle transaction timeout", Answered)]
    [InlineData("no such database: orders", Answered)]
    [InlineData("no such user", Answered)]
    [InlineData("database \"orders\" is disabled", Answered)]
    [InlineData("password authentication failed", Answered)]
    [InlineData("SASL authentication failed", Answered)]
    [InlineData("unsupported startup parameter: search_path", Answered)]
    [InlineData("admin forced disconnect", Unavailable)]
    public void PgBouncer_is_told_by_its_texts(string message, DbFailureKind expected)
    {
        PostgresException exception = new(message, "FATAL", "FATAL", "08P01");

        Verdict.Of(exception, DbPhase.Opening, ConnectionState.Closed).Is(expected, expected == Unavailable);
        Verdict.Of(exception, DbPhase.Executing, ConnectionState.Closed).Is(expected, expected == Unavailable);
    }

    [Fact]
    public void A_protocol_error_of_a_statement_was_reported_by_the_server() =>
        Verdict.Of(
            new PostgresException("bind message supplies 1 parameters", "ERROR", "ERROR", "08P01"),
            after: ConnectionState.Closed).Is(Answered, isFailure: false);

    [Theory]
    [InlineData("ERROR", Answered)]
    [InlineData("FATAL", Unavailable)]
    [InlineData("PANIC", Unavailable)]
    public void An_internal_error_is_judged_by_what_the_server_does_with_the_session(
        string severity, DbFailureKind expected) =>
        Verdict.Of(new PostgresException("x", severity, severity, "XX000"), after: ConnectionState.Closed)
            .Is(expected, expected == Unavailable);

    [Theory]
    [InlineData("57P01", Unavailable)]
    [InlineData("57P02", Unavailable)]
    [InlineData("57P03", Unavailable)]
    [InlineData("08006", Unavailable)]
    [InlineData("53300", Saturated)]
    [InlineData("53400", Saturated)]
    [InlineData("28P01", Answered)]
    [InlineData("28000", Answered)]
    [InlineData("3D000", Answered)]
    public void A_login_that_the_server_ends_says_why(string sqlState, DbFailureKind expected) =>
        Verdict.Of(
            new PostgresException("x", "FATAL", "FATAL", sqlState), DbPhase.Opening, ConnectionState.Closed)
            .Is(expected, expected == Unavailable);

    public static TheoryData<Exception, DbFailureKind> Opens => new()
    {
        { _refused, Unavailable },
        { _exhausted, Saturated },
        { new NpgsqlException("The connection pool has been shut down."), Misuse },
        { new NpgsqlException("No suitable host was found."), Unavailable },
        { Hosts(_refused, _refused), Unavailable },
        { Hosts(_exhausted, _exhausted), Saturated },
        { Hosts(_refused, _exhausted), Saturated },
        { Hosts(_refused, new NpgsqlException("x", new TimeoutException())), Unavailable },
        { Hosts(_refused, new PostgresException("x", "FATAL", "FATAL", "57P03")), Unavailable },
        { Hosts(_refused, new PostgresException("x", "FATAL", "FATAL", "53300")), Saturated },
        { new TimeoutException(), DbFailureKind.Timeout },
        { new NpgsqlException("An exception was thrown from the password provider", _refused), Misuse },
        { new NpgsqlException("SSL connection requested. No SSL enabled connection from this host."), Answered },
        { new NpgsqlException("No password has been provided but the backend requires one (in MD5)"), Answered },
        { new NpgsqlException("Received unknown response E for SSLRequest (expecting S or N)"), Unavailable },
    };

    [Theory]
    [MemberData(nameof(Opens))]
    public void A_failed_open_is_judged_by_who_refused(Exception exception, DbFailureKind expected) =>
        Verdict.Of(exception, DbPhase.Opening, ConnectionState.Closed)
            .Is(expected, expected is Unavailable or DbFailureKind.Timeout);

    [Fact]
    public void A_guard_that_is_used_by_hand_knows_the_driver_s_exceptions_all_the_same()
    {
        DbFailure failure = new(_exhausted, DbPhase.Opening);

        Assert.Equal(Saturated, DbFailureClassifier.Classify(NeutralAdapter.Instance, failure));
    }

    [Fact]
    public void Only_a_read_only_server_indicates_a_stale_pool()
    {
        NpgsqlAdapter adapter = new();
        PostgresException readOnly = new("cannot execute INSERT in a read-only transaction", "ERROR", "ERROR", "25006");

        Assert.True(adapter.IndicatesStalePool(new DbFailure(readOnly, DbPhase.Executing)));
        Assert.True(adapter.IndicatesStalePool(
            new DbFailure(new InvalidOperationException("x", readOnly), DbPhase.Executing)));
        Assert.False(adapter.IndicatesStalePool(new DbFailure(_refused, DbPhase.Executing)));
        Verdict.Of(readOnly, after: ConnectionState.Open).Is(Answered, isFailure: false);
    }

    [Theory]
    [InlineData("53300", true)]
    [InlineData("28P01", true)]
    [InlineData("57P03", false)]
    [InlineData("57P01", false)]
    public void A_probe_that_the_server_refuses_was_answered_unless_it_is_going(string sqlState, bool isAnswered) =>
        Assert.Equal(isAnswered, new NpgsqlAdapter().IsProbeAnswered(new DbFailure(
            new PostgresException("x", "FATAL", "FATAL", sqlState), DbPhase.Opening)));

    private static NpgsqlException Hosts(params Exception[] causes) => new(
        "Unable to connect to a suitable host. Check inner exception for more details.",
        new AggregateException(causes));
}
