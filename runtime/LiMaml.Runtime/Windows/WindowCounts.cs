namespace LiMaml.Runtime.Windows;

/// <summary>
/// What became of events, since the store was made. <see cref="Consumed"/> and <see cref="Late"/> count events as they
/// arrive, redelivered ones again; the others count samples of task definitions, when they are found.
/// </summary>
/// <param name="Consumed">Events applied, late ones included.</param>
/// <param name="Late">Events dropped, being too far behind the watermark.</param>
/// <param name="Duplicate">Samples dropped, there being one of the same id.</param>
/// <param name="Displaced">Samples dropped, there being enough newer ones.</param>
/// <param name="Expired">Samples dropped for their age.</param>
public sealed record WindowCounts(long Consumed, long Late, long Duplicate, long Displaced, long Expired);
