namespace DbBreaker.Data;

/// <summary>
/// Reads from a command's text whether it begins or ends a transaction. It looks at the first and at the last
/// statement only, past white space and comments; in doubt a transaction goes on, because the cost of that is a
/// command that passes, and the cost of the opposite is a rejection inside a transaction.
/// </summary>
internal static class TransactionText
{
    /// <summary>What the first statement does, which decides on admission, and what remains of it at the end.</summary>
    public static (TransactionEffect First, TransactionEffect Net) Read(string? text)
    {
        ReadOnlySpan<char> all = text.AsSpan().TrimEnd("; \t\r\n");
        if (IsPlain(all)) return default;
        TransactionEffect first = ReadStatement(all);
        int separator = all.LastIndexOf(';');
        TransactionEffect last = separator < 0 ? first : ReadStatement(all[(separator + 1)..]);
        return (first, last is TransactionEffect.None ? first : last);
    }

    // Nearly every command is one statement that begins like none of those below: two letters tell.
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text.Contains(';')) return false;
        return (char)(text[0] | 0x20) switch
        {
            's' => (text[1] | 0x20) is 'e', // SELECT, SET; unlike START, SAVE and SAVEPOINT
            'i' or 'u' or 'd' or 'w' or 'm' => true, // INSERT, UPDATE, DELETE, WITH, MERGE
            _ => false,
        };
    }

    private static TransactionEffect ReadStatement(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> word = NextWord(ref text);
        return word.Length switch
        {
            3 when Is(word, "END") => End(text, unknown: TransactionEffect.None),
            4 when Is(word, "SAVE") => IsTransaction(NextWord(ref text)) ? TransactionEffect.Within : default,
            5 when Is(word, "BEGIN") => Begin(text),
            5 when Is(word, "START") => IsTransaction(NextWord(ref text)) ? TransactionEffect.Begins : default,
            5 when Is(word, "ABORT") => Rollback(text),
            6 when Is(word, "COMMIT") => End(text, unknown: TransactionEffect.Ends),
            7 when Is(word, "RELEASE") => NextWord(ref text).IsEmpty ? default : TransactionEffect.Within,
            7 when Is(word, "PREPARE") => IsTransaction(NextWord(ref text)) ? TransactionEffect.Ends : default,
            8 when Is(word, "ROLLBACK") => Rollback(text),
            // Outside a transaction SQLite begins one here.
            9 when Is(word, "SAVEPOINT") => NextWord(ref text).IsEmpty ? default : TransactionEffect.Begins,
            _ => TransactionEffect.None,
        };
    }

    // T-SQL and procedural dialects have blocks that begin alike.
    private static TransactionEffect Begin(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> next = NextWord(ref text);
        bool begins = next.IsEmpty
            ? AtEnd(text)
            : IsTransaction(next) || Is(next, "WORK") || Is(next, "ISOLATION") || Is(next, "READ") || Is(next, "NOT")
                || Is(next, "DEFERRABLE") || Is(next, "DEFERRED") || Is(next, "IMMEDIATE") || Is(next, "EXCLUSIVE")
                || Is(next, "CONCURRENT") || Is(next, "DISTRIBUTED");
        return begins ? TransactionEffect.Begins : TransactionEffect.None;
    }

    private static TransactionEffect End(ReadOnlySpan<char> text, TransactionEffect unknown)
    {
        ReadOnlySpan<char> next = NextWord(ref text);
        if (IsTransaction(next) || Is(next, "WORK"))
        {
            next = NextWord(ref text);
            unknown = TransactionEffect.Ends;
        }

        if (next.IsEmpty) return AtEnd(text) ? TransactionEffect.Ends : TransactionEffect.None;
        if (Is(next, "PREPARED")) return TransactionEffect.None;
        if (!Is(next, "AND")) return unknown;
        return Is(NextWord(ref text), "CHAIN") ? TransactionEffect.Within : TransactionEffect.Ends;
    }

    private static TransactionEffect Rollback(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> rest = text;
        ReadOnlySpan<char> next = NextWord(ref rest);
        bool named = IsTransaction(next);
        if (named || Is(next, "WORK")) next = NextWord(ref rest);
        if (Is(next, "TO")) return TransactionEffect.Within;

        // T-SQL's ROLLBACK TRANSACTION name may name a savepoint.
        bool savepoint = named && !next.IsEmpty && !Is(next, "AND");
        return savepoint ? TransactionEffect.Within : End(text, unknown: TransactionEffect.Ends);
    }

    private static bool IsTransaction(ReadOnlySpan<char> word) => Is(word, "TRANSACTION") || Is(word, "TRAN");

    private static bool Is(ReadOnlySpan<char> word, string expected) =>
        word.Equals(expected, StringComparison.OrdinalIgnoreCase);

    private static bool AtEnd(ReadOnlySpan<char> text) => text.IsEmpty || text[0] == ';';

    /// <summary>The next word, or an empty one before anything else; the text then starts behind it.</summary>
    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> text)
    {
        text = SkipBlanks(text);
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_')) length++;
        ReadOnlySpan<char> word = text[..length];
        text = SkipBlanks(text[length..]);
        return word;
    }

    private static ReadOnlySpan<char> SkipBlanks(ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.TrimStart();
            if (text.StartsWith("--"))
            {
                int end = text.IndexOf('\n');
                text = end < 0 ? default : text[(end + 1)..];
            }
            else if (text.StartsWith("/*"))
            {
                text = SkipComment(text);
            }
            else
            {
                return text;
            }
        }
    }

    // PostgreSQL and SQL Server nest comments.
    private static ReadOnlySpan<char> SkipComment(ReadOnlySpan<char> text)
    {
        int depth = 0;
        do
        {
            int next = depth == 0 ? 0 : text.IndexOfAny('/', '*');
            if (next < 0) return default;
            text = text[next..];
            if (text.StartsWith("/*")) depth++;
            else if (text.StartsWith("*/")) depth--;
            else
            {
                text = text[1..];
                continue;
            }

            text = text[2..];
        }
        while (depth > 0);
        return text;
    }
}
