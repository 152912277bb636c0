using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DbBreaker.DependencyInjection;

/// <summary>Makes the activation; what is wrong with the configuration stops the start.</summary>
internal sealed class GuardStartValidation(IServiceProvider services) : IValidateOptions<GuardStart>
{
    public ValidateOptionsResult Validate(string? name, GuardStart options)
    {
        try
        {
            services.GetRequiredService<GuardActivation>();
            return ValidateOptionsResult.Success;
        }
        catch (OptionsValidationException exception)
        {
            return ValidateOptionsResult.Fail(exception.Failures);
        }
    }
}
