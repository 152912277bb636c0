namespace DbBreaker.TestKit.Tds;

/// <summary>What the server does with a request.</summary>
public abstract record TdsReply
{
    /// <summary>How long the server takes before it does it; an attention interrupts the wait.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The request succeeds and has no rows.</summary>
    public static TdsReply Done { get; } = new TdsRows([], []) { Affected = 0 };

    /// <summary>The request is read and never answered. The connection stays.</summary>
    public static TdsReply Silence { get; } = new TdsSilence();

    /// <summary>The connection is reset (RST).</summary>
    public static TdsReply Reset { get; } = new TdsHangUp(Abruptly: true);

    /// <summary>The connection is closed (FIN).</summary>
    public static TdsReply Close { get; } = new TdsHangUp(Abruptly: false);

    /// <summary>One row of one column.</summary>
    public static TdsReply Scalar(object? value) => new TdsRows(["value"], [[value]]);

    /// <summary>Rows of numbers, flags, texts, bytes, dates and Guids; a column that holds nothing but null is an
    /// <c>int</c>.</summary>
    public static TdsReply Rows(string[] columns, params object?[][] rows) => new TdsRows(columns, rows);

    /// <summary>A row of nulls in columns of the values' types.</summary>
    public static TdsReply Nulls(string[] columns, params object?[] values) =>
        new TdsRows(columns, [new object?[columns.Length]]) { Types = values };

    /// <summary>An error token; a class of 20 or more also ends the session, as on the real server.</summary>
    public static TdsReply Error(int number, byte severity = 16, string message = "scripted", byte state = 1) =>
        new TdsError(number, severity, message, state);

    /// <summary>Rows of which the last is never followed by the end of the result.</summary>
    public static TdsReply RowsThen(TdsReply next, string[] columns, params object?[][] rows) =>
        new TdsRows(columns, rows) { Then = next };

    /// <summary>Several results of one request, in order.</summary>
    public static TdsReply Results(TdsReply first, params TdsReply[] others) =>
        others.Length == 0 ? first : (TdsRows)first with { Next = (TdsRows)Results(others[0], others[1..]) };

    /// <summary>A procedure's result whose output parameter, the first of the call, gets a number.</summary>
    public static TdsReply Output(string parameter, int value) =>
        new TdsRows([], []) { Affected = 0, Returned = (parameter, value) };

    /// <summary>The same, later.</summary>
    public TdsReply After(TimeSpan delay) => this with { Delay = delay };
}

internal sealed record TdsRows(string[] Columns, object?[][] Values) : TdsReply
{
    public long Affected { get; init; } = Values.Length;

    /// <summary>A value of each column's type, for columns that hold nothing but null.</summary>
    public object?[]? Types { get; init; }

    /// <summary>The result after this one.</summary>
    public TdsRows? Next { get; init; }

    /// <summary>What the call gives back in a parameter.</summary>
    public (string Parameter, int Value)? Returned { get; init; }

    /// <summary>What follows the rows instead of the end of the result.</summary>
    public TdsReply? Then { get; init; }
}

internal sealed record TdsError(int Number, byte Severity, string Message, byte State) : TdsReply;

internal sealed record TdsSilence : TdsReply;

internal sealed record TdsHangUp(bool Abruptly) : TdsReply;
