using LiMaml.Preparation.Schemas;
namespace LiMaml.Preparation.Sources;
/// <summary>placeholder</summary>
public sealed class SpeedDating : IDataSource
{
    /// <inheritdoc/>
    public string Name => "speed-dating";
    /// <inheritdoc/>
    public string Description => "";
    /// <inheritdoc/>
    public Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
