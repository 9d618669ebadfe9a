using System.CommandLine;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Cli.Arguments;

/// <summary>What <c>prepare</c> may be told about labels, in place of what a known source or a source schema says.</summary>
internal sealed class LabelArguments
{
    private const string Name = "--label-grades";

    private readonly Option<GradedValue[]> grades = new(Name)
    {
        HelpName = "value=grade",
        Description = "Labels from 0 to 1 by the label's column, interpolated in between, e.g. 1=0 2=0.1 3=0.3 4=0.7 5=1 for stars: what a task's support says is then graded too. A grade of at least 0.5 is positive.",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            var points = result.Tokens.Select(token => Parse(token.Value)).ToList();
            if (points.IndexOf(null) is >= 0 and var bad)
            {
                result.AddError($"{Name}: found '{result.Tokens[bad].Value}', expected value=grade, such as 4=0.7.");
            }

            return [.. points.OfType<GradedValue>()];
        },
    };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [grades];

    /// <summary>The change to a source schema that was asked for; null for none.</summary>
    public Func<SourceSchema, SourceSchema>? Read(ParseResult result) =>
        result.GetValue(grades) is { Length: > 0 } points
            ? schema => schema with { Label = new SourceLabel { Column = schema.Label.Column, Kind = LabelKind.Graded, Grades = points } }
            : null;

    private static GradedValue? Parse(string text) =>
        text.Split('=') is [var value, var grade] && Number(value) is { } number && Number(grade) is { } share ? new GradedValue(number, share) : null;

    private static double? Number(string text) => Text.ParseNumber(text, double.MinValue, double.MaxValue);
}
