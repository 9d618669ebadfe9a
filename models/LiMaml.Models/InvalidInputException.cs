namespace LiMaml.Models;

/// <summary>
/// Something from outside (a file, a row, an option) is not what it must be. The message names the thing, the value
/// found and what would be accepted; programs print it without a stack trace and exit with a non-zero code.
/// </summary>
public sealed class InvalidInputException : Exception
{
    /// <summary>Reports <paramref name="found"/> at <paramref name="where"/> where <paramref name="expected"/> was needed.</summary>
    /// <param name="where">File, field, row or option, precise enough to open and mend.</param>
    /// <param name="found">What stands there, quoted and shortened by the caller.</param>
    /// <param name="expected">What would be accepted.</param>
    public InvalidInputException(string where, string found, string expected)
        : base($"{where}: found {found}, expected {expected}.")
    {
    }

    /// <summary>Reports a fault that is not a wrong value, e.g. a missing file.</summary>
    public InvalidInputException(string message)
        : base(message)
    {
    }

    /// <summary>Reports a fault and keeps what caused it.</summary>
    public InvalidInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An unexplained fault; prefer the other constructors.</summary>
    public InvalidInputException()
    {
    }
}
