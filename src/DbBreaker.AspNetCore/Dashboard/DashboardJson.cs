using System.Text.Json.Serialization;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>The page's JSON, generated, so that trimmed and ahead-of-time compiled applications can show it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GuardList))]
[JsonSerializable(typeof(GuardFrame))]
[JsonSerializable(typeof(GuardDetail))]
[JsonSerializable(typeof(ControlRequest))]
internal sealed partial class DashboardJson : JsonSerializerContext;
