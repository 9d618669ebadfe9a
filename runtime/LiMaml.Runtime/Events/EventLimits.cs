namespace LiMaml.Runtime.Events;

/// <summary>Bounds on what comes from outside.</summary>
public static class EventLimits
{
    /// <summary>Largest payload, in bytes: 1 MiB, the usual bound of a broker.</summary>
    public const int MaxPayloadBytes = 1 << 20;

    /// <summary>Longest value of a key column, in UTF-8 bytes.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>Longest event id, in UTF-8 bytes.</summary>
    public const int MaxEventIdBytes = 256;

    /// <summary>Longest category, in UTF-8 bytes.</summary>
    public const int MaxCategoryBytes = 4096;

    /// <summary>Most values of a multi-valued feature; encoding keeps the schema's <c>maxValues</c> of them.</summary>
    public const int MaxValues = 1 << 16;
}
