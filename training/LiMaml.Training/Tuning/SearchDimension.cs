using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Json;

namespace LiMaml.Training.Tuning;

/// <summary>The values that one member of a configuration may take.</summary>
public abstract record SearchDimension
{
    /// <summary>Draws a value.</summary>
    internal abstract JsonNode? Draw(Random random);

    /// <summary>As the file would have it.</summary>
    internal abstract JsonNode? ToJson();
}

/// <summary>One of a list, each as likely as the others.</summary>
/// <param name="Values">Any JSON, at least one.</param>
public sealed record ChoiceDimension(IReadOnlyList<JsonNode?> Values) : SearchDimension
{
    internal override JsonNode? Draw(Random random) => Values[random.Next(Values.Count)]?.DeepClone();

    internal override JsonNode ToJson() => new JsonArray([.. Values.Select(value => value?.DeepClone())]);
}

/// <summary>How numbers of a range are spread.</summary>
public enum SearchScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Evenly in their logarithm; for learning rates and strengths.</summary>
    Log,
}

/// <summary>A number of a range.</summary>
/// <param name="From">The least.</param>
/// <param name="To">The most, above <paramref name="From"/>.</param>
/// <param name="Scale">How numbers are spread; by the logarithm, both ends are above 0.</param>
/// <param name="Whole">Whether only whole numbers are drawn.</param>
public sealed record RangeDimension(double From, double To, SearchScale Scale = SearchScale.Linear, bool Whole = false) : SearchDimension
{
    private const int Digits = 4; // more would pretend that they matter

    /// <exception cref="InvalidInputException">The ends are not in order, or not above 0 for a logarithm.</exception>
    internal RangeDimension Validated(string where)
    {
        Require(double.IsFinite(From) && double.IsFinite(To) && From < To, where, "from below to, both finite");
        Require(Scale is SearchScale.Linear || From > 0, where, "ends above 0 on a logarithmic scale");
        Require(!Whole || (double.IsInteger(From) && double.IsInteger(To) && Math.Abs(To) <= int.MaxValue), where, "whole ends for whole numbers");
        return this;
    }

    internal override JsonNode Draw(Random random)
    {
        var share = random.NextDouble();
        // Whole numbers get an equal part of the range each: the last one's part ends at To + 1.
        var (from, to) = (From, Whole ? To + 1 : To);
        var value = Scale is SearchScale.Log ? from * Math.Pow(to / from, share) : from + ((to - from) * share);
        return Whole ? JsonValue.Create((int)Math.Min(To, Math.Floor(value))) : JsonValue.Create(Rounded(value));
    }

    internal override JsonNode? ToJson() => JsonSerializer.SerializeToNode(this, ContractJson.Options);

    private double Rounded(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - Digits + 1);
        return Math.Clamp(double.Round(Math.Round(value / unit) * unit, 12), From, To);
    }

    private void Require(bool holds, string where, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, FormattableString.Invariant($"from {From} to {To}"), expected);
        }
    }
}
