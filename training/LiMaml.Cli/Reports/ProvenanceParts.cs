using System.Globalization;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Reports;

/// <summary>The end of every report: how to make it again, and where it was made.</summary>
internal static class ProvenanceParts
{
    /// <summary>Commands, machine, versions and dates.</summary>
    public static IReadOnlyList<ReportPart> Of(Provenance provenance) =>
    [
        new Heading(2, "Made by"),
        new Listing("bash", string.Join('\n', provenance.Commands)),
        new Remarks(
        [
            "Machine: " + string.Join(", ", provenance.Machine.Select(entry => $"{entry.Key} {entry.Value}")),
            "Versions: " + string.Join(", ", provenance.Versions.Select(entry => $"{entry.Key} {entry.Value}")),
            string.Create(CultureInfo.InvariantCulture, $"From {provenance.Began:yyyy-MM-dd HH:mm} to {provenance.Ended:yyyy-MM-dd HH:mm} UTC"),
        ]),
    ];
}
