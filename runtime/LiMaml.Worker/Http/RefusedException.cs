namespace LiMaml.Worker.Http;

/// <summary>A request is answered with an error status and this message.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status, 400 or above.</summary>
    public int Status => status;
}
