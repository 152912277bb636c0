using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>The application's own fallback, last in the chain.</summary>
internal sealed class HookLink(DbGuardOptions options) : FallbackLink
{
    private const string Name = "hook";

    private static readonly DbReadOrigin _origin = new(DbReadSource.Hook, Name, Age: null);

    /// <summary>What the application answers it answers for.</summary>
    public override bool MayLag => false;

    public override async ValueTask<FallbackAnswer?> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        DbDataReader? reader;
        try
        {
            if (async && options.FallbackAsync is { } hookAsync)
            {
                reader = await hookAsync(call, cancellationToken).ConfigureAwait(false);
            }
            else if (options.Fallback is { } hook)
            {
                reader = hook(call);
            }
            else
            {
                call.Decline(Name, "is asynchronous (FallbackAsync) and the call is not");
                return null;
            }
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested && exception is not DbGuardException)
        {
            call.Decline(Name, $"threw {exception.GetType().Name}", exception);
            return null;
        }

        if (reader is not null) return new FallbackAnswer(reader, _origin);
        call.Decline(Name, "had no answer");
        return null;
    }
}
