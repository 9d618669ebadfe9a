using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using LiMaml.Export.Tests.Triton;

namespace LiMaml.Export.Tests.Packages;

/// <summary>Parses <c>config.pbtxt</c> as protobuf's compiler does: strictly, by the protocol's names and types.</summary>
internal static class TritonText
{
    /// <summary>The message, or what the parser had against the text.</summary>
    public static async Task<(ModelConfig? Config, string Fault)> ParseAsync(string text)
    {
        var start = new ProcessStartInfo(Protoc(), ["--encode=inference.ModelConfig", $"--proto_path={Metadata("ProjectFolder")}/Packages", "model_config.proto"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        using var message = new MemoryStream();
        var fault = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(message);
        await process.WaitForExitAsync();
        return (process.ExitCode == 0 ? ModelConfig.Parser.ParseFrom(message.ToArray()) : null, await fault);
    }

    private static string Protoc()
    {
        var system = OperatingSystem.IsWindows() ? "windows_x64" : OperatingSystem.IsMacOS() ? "macosx_universal" : RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux_arm64" : "linux_x64";
        return Path.Combine(Metadata("GrpcTools"), "tools", system, OperatingSystem.IsWindows() ? "protoc.exe" : "protoc");
    }

    private static string Metadata(string key) =>
        typeof(TritonText).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
