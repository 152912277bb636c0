namespace DbBreaker.Tests.Admission;

/// <summary>What can be done to a permit pool.</summary>
internal enum PoolStep
{
    Take,
    Enqueue,
    Return,
    Leave,
    Expire,
    Epoch,
    Window,
    Limits,
    Reject,
}
