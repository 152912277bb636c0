using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>
/// Proves that a request was made by a page this process showed to this user: only such a page can read the token, and
/// only a script of the same site can send it in a header. It needs no cookie and ends with the process, as the guards
/// do.
/// </summary>
internal sealed class ControlToken
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string For(ClaimsPrincipal user)
    {
        string id = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.Identity?.Name ?? "";
        return Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(id)));
    }

    public bool IsValid(string? token, ClaimsPrincipal user) =>
        token is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(For(user)));
}
