using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiMaml.Models.Json;

/// <summary>
/// The versions of a contract file that this code reads: the newest as it stands, each older one by way of the upgrade
/// that leads to its successor. A newer one is refused with what to do, whatever else is in it.
/// </summary>
/// <param name="thing">What the file is, for messages: <c>model package</c>.</param>
/// <param name="remedy">What helps besides a newer LiMaml: <c>export its checkpoint again with this one</c>.</param>
/// <param name="upgrades">The first turns a document of version 1 into one of version 2, and so on; none while there is only one version.</param>
internal sealed class FormatVersions(string thing, string remedy, params IReadOnlyList<Action<JsonObject>> upgrades)
{
    private const string Member = "formatVersion";

    /// <summary>The version this code writes.</summary>
    public int Current => upgrades.Count + 1;

    /// <summary>Refuses a version that is not known.</summary>
    /// <exception cref="InvalidInputException">It is newer, or no version at all.</exception>
    public void Check(long version, string where)
    {
        var known = Current == 1 ? "1" : string.Create(CultureInfo.InvariantCulture, $"1 to {Current}");
        Expect.That(
            version >= 1 && version <= Current,
            where,
            version,
            version > Current ? $"{known}: a newer LiMaml wrote this {thing}; read it with that version or a later one, or {remedy}" : known);
    }

    /// <summary>The document in the form of the current version: the same bytes where it has that already.</summary>
    /// <param name="utf8">A JSON object; anything else is returned as it is, for its reader to refuse.</param>
    /// <param name="where">Where it came from, for messages.</param>
    /// <exception cref="InvalidInputException">Its version is not known.</exception>
    public ReadOnlyMemory<byte> Upgrade(ReadOnlyMemory<byte> utf8, string where)
    {
        if (VersionOf(utf8) is not { } version)
        {
            return utf8;
        }

        Check(version, $"{where}: {Member}");
        if (version == Current)
        {
            return utf8;
        }

        var document = JsonNode.Parse(utf8.Span)!.AsObject();
        foreach (var upgrade in upgrades.Skip((int)version - 1))
        {
            upgrade(document);
        }

        document[Member] = Current;
        return JsonSerializer.SerializeToUtf8Bytes(document, ContractJson.Options);
    }

    /// <summary>The version that a document states, read without looking at its other members; null where there is none to read.</summary>
    private static long? VersionOf(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8.Span);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var found = json.ValueTextEquals(Member);
                json.Read();
                if (found)
                {
                    return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var version) ? version : null;
                }

                json.Skip();
            }
        }
        catch (JsonException)
        {
            // Its reader explains what is wrong.
        }

        return null;
    }
}
