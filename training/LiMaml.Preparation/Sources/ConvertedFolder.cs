using LiMaml.Models.Files;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>The frame of every conversion: a folder that appears all at once, with its schema.</summary>
internal static class ConvertedFolder
{
    public static Task<SourceSchema> WriteAsync(string output, bool overwrite, SourceSchema schema, Func<string, Task> write, CancellationToken cancellation) =>
        Task.Run(
            async () =>
            {
                using var folder = AtomicFolder.Create(output, DataSources.SchemaFile, overwrite);
                await write(folder.Partial).ConfigureAwait(false);
                schema.Write(Path.Combine(folder.Partial, DataSources.SchemaFile));
                folder.Complete();
                return schema;
            },
            cancellation);
}
