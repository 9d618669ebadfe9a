using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>A task's recent interactions.</summary>
/// <param name="Task">Name of its task definition.</param>
/// <param name="Key">Its key, in the form of <see cref="LiMaml.Models.Datasets.TaskKey"/>.</param>
/// <param name="Samples">At least one, oldest first: by (event time, event id in ordinal order). Event ids are filled in.</param>
public sealed record Window(string Task, string Key, IReadOnlyList<InteractionEvent> Samples);
