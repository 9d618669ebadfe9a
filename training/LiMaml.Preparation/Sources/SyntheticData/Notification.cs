namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>One notification and what came of it.</summary>
/// <param name="Timestamp">Microseconds since 1970.</param>
/// <param name="Member">Who got it.</param>
/// <param name="Item">What it is about.</param>
/// <param name="Type">What kind it is.</param>
/// <param name="Device">Where it was shown.</param>
/// <param name="Hour">Hour of the day.</param>
/// <param name="TenureDays">Days since the member joined.</param>
/// <param name="Probability">Hidden: of a click.</param>
/// <param name="IsClicked">The label.</param>
internal readonly record struct Notification(long Timestamp, int Member, int Item, int Type, int Device, int Hour, int TenureDays, double Probability, bool IsClicked);
