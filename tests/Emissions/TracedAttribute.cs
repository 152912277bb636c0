using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Xunit.v3;

namespace DbBreaker.TestKit;

/// <summary>Gives every test an activity, so that what guards add to their callers' traces is heard.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TracedAttribute : BeforeAfterTestAttribute
{
    private readonly ConcurrentDictionary<string, Activity> _running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Emitted.Scan.StartActivity(test.TestDisplayName) is { } activity) _running[test.UniqueID] = activity;
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out Activity? activity)) activity.Stop();
    }
}
