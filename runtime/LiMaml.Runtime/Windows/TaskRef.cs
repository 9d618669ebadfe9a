namespace LiMaml.Runtime.Windows;

/// <summary>A task.</summary>
/// <param name="Task">Name of its task definition.</param>
/// <param name="Key">Its key, in the form of <see cref="LiMaml.Models.Datasets.TaskKey"/>.</param>
public readonly record struct TaskRef(string Task, string Key);
