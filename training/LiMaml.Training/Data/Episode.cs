namespace LiMaml.Training.Data;

/// <summary>A task at one moment: what it has seen and what it is judged on.</summary>
/// <param name="Task">The task's number.</param>
/// <param name="Support">Row positions, oldest first; may be empty.</param>
/// <param name="Query">Row positions, oldest first, all later than the support.</param>
internal sealed record Episode(int Task, int[] Support, int[] Query);
