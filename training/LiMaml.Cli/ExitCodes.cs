namespace LiMaml.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A check failed (<c>verify</c>), or something unexpected happened.</summary>
    public const int Failure = 1;

    /// <summary>The command line, a file or its data is not what it must be.</summary>
    public const int InvalidInput = 2;

    /// <summary>Stopped by Ctrl-C or a signal to end.</summary>
    public const int Interrupted = 130;
}
