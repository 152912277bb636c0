using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>An answer: its rows, to be disposed by the caller, and where they came from. Disposing the reader gives
/// back whatever it holds.</summary>
internal sealed record FallbackAnswer(DbDataReader Reader, DbReadOrigin Origin);
