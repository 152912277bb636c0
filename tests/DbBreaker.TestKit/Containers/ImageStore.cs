using Docker.DotNet;
using Docker.DotNet.Models;

namespace DbBreaker.TestKit;

/// <summary>Makes sure of an image before a container is asked for, with a deadline of its own.</summary>
internal static class ImageStore
{
    /// <summary>Whether the engine has the image already.</summary>
    public static async Task<bool> HasAsync(
        DockerClient docker, string image, CancellationToken cancellationToken = default)
    {
        try
        {
            await docker.Images.InspectImageAsync(image, cancellationToken);
            return true;
        }
        catch (DockerImageNotFoundException)
        {
            return false;
        }
    }

    /// <exception cref="InvalidOperationException">The image is not there and cannot be pulled in time.</exception>
    public static async Task EnsureAsync(
        DockerClient docker, string image, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (await HasAsync(docker, image, cancellationToken))
            return;
        var colon = image.LastIndexOf(':');
        var tagged = colon > image.LastIndexOf('/');
        var parameters = new ImagesCreateParameters
        {
            FromImage = tagged ? image[..colon] : image,
            Tag = tagged ? image[(colon + 1)..] : "latest",
        };
        using var expiry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        expiry.CancelAfter(deadline);
        try
        {
            await docker.Images.CreateImageAsync(parameters, null, new Progress<JSONMessage>(), expiry.Token);
            await docker.Images.InspectImageAsync(image, expiry.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The image {image} is not here and was not pulled.", exception);
        }
    }
}
