using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DbBreaker.AspNetCore.Tests;

public sealed class EnvironmentTests
{
    private const string Prefix = "DBBREAKER_TEST_OVERRIDE_";

    [Fact]
    public void Environment_variables_override_a_file()
    {
        Environment.SetEnvironmentVariable(Prefix + "DbBreaker__Guards__orders__FailureRatio", "0.9");
        IConfigurationRoot settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("DbBreaker:Guards:orders:FailureRatio", "0.2")])
            .AddEnvironmentVariables(Prefix)
            .Build();
        DbGuardRegistry registry = new(null, isDisabled: false);
        ServiceCollection services = [];
        services.AddSingleton(_ => registry).AddDbBreaker(settings.GetSection("DbBreaker"));
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal(0.9, registry.Find("orders")!.Options.FailureRatio);
    }
}
