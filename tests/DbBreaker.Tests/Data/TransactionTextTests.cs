using DbBreaker.Data;

namespace DbBreaker.Tests.Data;

public sealed class TransactionTextTests
{
    [Theory]
    [InlineData("BEGIN")]
    [InlineData("begin;")]
    [InlineData("  \r\n\tBegin Transaction")]
    [InlineData("/* marginalia */ BEGIN ISOLATION LEVEL SERIALIZABLE")]
    [InlineData("/* a /* nested */ one */-- and a line\nBEGIN")]
    [InlineData("-- SELECT 1\nSTART TRANSACTION READ ONLY")]
    [InlineData("BEGIN IMMEDIATE;")]
    [InlineData("BEGIN TRAN work; UPDATE t SET a = 1")]
    [InlineData("BEGIN; UPDATE t SET a = 1")]
    [InlineData("BEGIN -- why")]
    [InlineData("SAVEPOINT one")]
    [InlineData("SET lock_timeout = 5; BEGIN")]
    [InlineData("COMMIT; BEGIN")]
    [InlineData("start transaction")]
    [InlineData("savepoint one")]
    public void Begins(string text) => Assert.Equal(TransactionEffect.Begins, TransactionText.Read(text).Net);

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("commit work;")]
    [InlineData("/* marginalia */ COMMIT TRANSACTION")]
    [InlineData("END")]
    [InlineData("END TRANSACTION")]
    [InlineData("ROLLBACK")]
    [InlineData("ROLLBACK WORK")]
    [InlineData("ROLLBACK; SELECT 1")]
    [InlineData("ABORT")]
    [InlineData("COMMIT AND NO CHAIN")]
    [InlineData("COMMIT TRAN work")]
    [InlineData("PREPARE TRANSACTION 'one'")]
    public void Ends_and_always_passes(string text) =>
        Assert.Equal((TransactionEffect.Ends, TransactionEffect.Ends), TransactionText.Read(text));

    [Theory]
    [InlineData("ROLLBACK TO one")]
    [InlineData("ROLLBACK TO SAVEPOINT one")]
    [InlineData("ROLLBACK WORK TO SAVEPOINT one")]
    [InlineData("ROLLBACK TRANSACTION one")]
    [InlineData("RELEASE SAVEPOINT one")]
    [InlineData("SAVE TRANSACTION one")]
    [InlineData("COMMIT AND CHAIN")]
    [InlineData("save tran one")]
    public void Passes_and_stays_within(string text) =>
        Assert.Equal((TransactionEffect.Within, TransactionEffect.Within), TransactionText.Read(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(";")]
    [InlineData("-- COMMIT")]
    [InlineData("/* COMMIT */")]
    [InlineData("/* COMMIT")]
    [InlineData("SELECT 1")]
    [InlineData("BEGINNING")]
    [InlineData("BEGIN TRY SELECT 1 END TRY")]
    [InlineData("BEGIN SELECT 1 END")]
    [InlineData("END TRY")]
    [InlineData("START")]
    [InlineData("SAVEPOINT")]
    [InlineData("COMMIT PREPARED 'one'")]
    [InlineData("ROLLBACK PREPARED 'one'")]
    [InlineData("INSERT INTO t VALUES ('a; COMMIT')")]
    [InlineData("PREPARE one AS SELECT 1")]
    public void Says_nothing_of_transactions(string? text) =>
        Assert.Equal((TransactionEffect.None, TransactionEffect.None), TransactionText.Read(text));

    [Theory]
    [InlineData("BEGIN; INSERT INTO t VALUES (1); COMMIT;")]
    [InlineData("INSERT INTO t VALUES (1); COMMIT")]
    [InlineData("BEGIN; INSERT INTO t VALUES (1); ROLLBACK -- never mind")]
    public void Ends_with_its_last_statement(string text)
    {
        (TransactionEffect first, TransactionEffect net) = TransactionText.Read(text);

        Assert.NotEqual(TransactionEffect.Ends, first);
        Assert.Equal(TransactionEffect.Ends, net);
    }
}
