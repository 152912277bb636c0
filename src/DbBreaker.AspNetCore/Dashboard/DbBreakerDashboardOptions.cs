namespace DbBreaker.AspNetCore;

/// <summary>The settings of the live page. Read when the page is mapped.</summary>
public sealed class DbBreakerDashboardOptions
{
    /// <summary>Gets or sets the name of the authorization policy that lets a user isolate and reset guards, on top of
    /// what reading the page needs.</summary>
    /// <value>The default value is null: nobody may, except while the host is in development.</value>
    public string? ControlPolicy { get; set; }

    /// <summary>Gets or sets what the page calls this process: guards are those of one process, and there may be
    /// several.</summary>
    /// <value>The default value is the machine's name. Up to 100 characters.</value>
    public string InstanceName { get; set; } = Environment.MachineName;

    /// <summary>Gets or sets how many pages may be open at once.</summary>
    /// <value>The default value is 100. From 1 to 10,000.</value>
    public int MaxViewers { get; set; } = 100;

    internal void Validate()
    {
        if (ControlPolicy is { } policy && string.IsNullOrWhiteSpace(policy))
            throw new ArgumentException("ControlPolicy is empty; accepted are a policy's name and null.");
        const int longest = 100, most = 10_000;
        if (InstanceName is null || InstanceName.Length > longest)
        {
            throw new ArgumentException(
                $"InstanceName has {InstanceName?.Length} characters; accepted are up to {longest}.");
        }

        if (MaxViewers is < 1 or > most)
            throw new ArgumentException($"MaxViewers is {MaxViewers}; accepted is 1 to {most:#,0}.");
    }
}
