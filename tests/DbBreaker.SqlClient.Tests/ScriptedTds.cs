using System.Data.Common;
using System.Globalization;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>Statements say what becomes of them: <c>ERROR number class</c>, <c>SLEEP milliseconds</c>.</summary>
internal sealed class ScriptedTds(DbProviderFactory factory) : ContractServer
{
    private readonly TdsServer _server = new() { Answer = Answer };

    public override DbProviderFactory Factory => factory;

    public override string ConnectionString =>
        $"{_server.ConnectionString};Max Pool Size={PoolSize};Connect Timeout=2";

    public override string SameConnectionString =>
        $"Max Pool Size={PoolSize};ConnectRetryCount=0;Encrypt=false;UID={Given.UserID};Pwd={Given.Password};" +
        $"Initial Catalog={Given.InitialCatalog};" +
        $"Data Source=tcp:127.0.0.1,{_server.Port};Application Name=another;Connect Timeout=9";

    private SqlConnectionStringBuilder Given => new(_server.ConnectionString);

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "ERROR 102 15", ContractEvidence.Answer),
        new("duplicate key", "ERROR 2627 14", ContractEvidence.Answer),
        new("deadlock", "ERROR 1205 13", ContractEvidence.Answer),
        new("lock timeout", "ERROR 1222 16", ContractEvidence.Answer),
        new("snapshot conflict", "ERROR 3960 16", ContractEvidence.Answer),
        new("service busy", "ERROR 40501 16", ContractEvidence.None),
        new("too many sessions", "ERROR 10928 16", ContractEvidence.None),
        new("failing over", "ERROR 40613 16", ContractEvidence.Failure),
        new("session killed", "ERROR 596 21", ContractEvidence.Failure),
        new("command timeout, acknowledged", "SLEEP 20000", ContractEvidence.Answer) { Timeout = 1 },
        new("token, acknowledged", "SLEEP 20000", ContractEvidence.None) { IsCancelled = true },
        new("reset", "RESET", ContractEvidence.Failure),
        ResetWhile("SLEEP 20000"),
        NobodyThere,
    ];

    public override void Vanish() => _server.Stop();

    public override void Return() => _server.Start();

    public override void StandStill() => _server.Freeze();

    public override void GoOn() => _server.Thaw();

    protected override void HangUp() => _server.HangUp();

    public override string Sleep(DbConnection connection, TimeSpan time) => $"SLEEP {time.TotalMilliseconds}";

    public override ValueTask DisposeAsync()
    {
        _server.Dispose();
        return base.DisposeAsync();
    }

    private static TdsReply Answer(string text)
    {
        string[] words = text.Split(' ');
        return words[0] switch
        {
            "ERROR" => TdsReply.Error(Number(words[1]), (byte)Number(words[2])),
            "SLEEP" => TdsReply.Scalar(1).After(TimeSpan.FromMilliseconds(Number(words[1]))),
            "RESET" => TdsReply.Reset,
            _ => TdsServer.AnswerAnything(text),
        };
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
