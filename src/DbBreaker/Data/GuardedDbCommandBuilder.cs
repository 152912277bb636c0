using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DbBreaker.Data;

/// <summary>
/// A driver's command builder for guarded commands: how names are quoted and parameters are called is the driver's; the
/// commands and the adapter, which the driver's own builder casts to its types, are the guarded ones.
/// </summary>
internal sealed class GuardedDbCommandBuilder(DbCommandBuilder inner) : DbCommandBuilder
{
    public override CatalogLocation CatalogLocation
    {
        get => inner.CatalogLocation;
        set => inner.CatalogLocation = value;
    }

    [AllowNull]
    public override string CatalogSeparator
    {
        get => inner.CatalogSeparator;
        set => inner.CatalogSeparator = value;
    }

    [AllowNull]
    public override string QuotePrefix
    {
        get => inner.QuotePrefix;
        set => inner.QuotePrefix = value;
    }

    [AllowNull]
    public override string QuoteSuffix
    {
        get => inner.QuoteSuffix;
        set => inner.QuoteSuffix = value;
    }

    [AllowNull]
    public override string SchemaSeparator
    {
        get => inner.SchemaSeparator;
        set => inner.SchemaSeparator = value;
    }

    public override string QuoteIdentifier(string unquotedIdentifier) => inner.QuoteIdentifier(unquotedIdentifier);

    public override string UnquoteIdentifier(string quotedIdentifier) => inner.UnquoteIdentifier(quotedIdentifier);

    protected override void ApplyParameterInfo(
        DbParameter parameter, DataRow row, StatementType statementType, bool whereClause) =>
        ApplyParameterInfoOf(inner, parameter, row, statementType, whereClause);

    protected override string GetParameterName(int parameterOrdinal) => GetParameterNameOf(inner, parameterOrdinal);

    protected override string GetParameterName(string parameterName) => GetParameterNameOf(inner, parameterName);

    protected override string GetParameterPlaceholder(int parameterOrdinal) =>
        GetParameterPlaceholderOf(inner, parameterOrdinal);

    // The base class calls this with the adapter that is there already to let go of it.
    protected override void SetRowUpdatingHandler(DbDataAdapter adapter)
    {
        GuardedDbDataAdapter guarded = adapter as GuardedDbDataAdapter ?? throw new InvalidOperationException(
            $"This command builder is guarded, but the {adapter.GetType().Name} assigned to it is the driver's own. " +
            "Use the adapter that the guarded factory's CreateDataAdapter makes.");
        if (ReferenceEquals(adapter, DataAdapter)) guarded.RowUpdating -= OnRowUpdating;
        else guarded.RowUpdating += OnRowUpdating;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) inner.Dispose();
    }

    private void OnRowUpdating(object? sender, RowUpdatingEventArgs row) => RowUpdatingHandler(row);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(ApplyParameterInfo))]
    private static extern void ApplyParameterInfoOf(
        DbCommandBuilder builder, DbParameter parameter, DataRow row, StatementType statementType, bool whereClause);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(GetParameterName))]
    private static extern string GetParameterNameOf(DbCommandBuilder builder, int parameterOrdinal);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(GetParameterName))]
    private static extern string GetParameterNameOf(DbCommandBuilder builder, string parameterName);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(GetParameterPlaceholder))]
    private static extern string GetParameterPlaceholderOf(DbCommandBuilder builder, int parameterOrdinal);
}
