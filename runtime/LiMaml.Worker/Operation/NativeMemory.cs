using System.Runtime.InteropServices;

namespace LiMaml.Worker.Operation;

/// <summary>
/// How the C library shares out memory to RocksDB, ONNX Runtime and librdkafka. glibc gives every few threads a pool of
/// their own, and none of what one thread frees serves the others: after some hours of swaps and refreshes half of a worker
/// would be such holes. Few pools, and large pieces straight from the system, keep it level.
/// </summary>
internal static partial class NativeMemory
{
    private const int LargePiece = -3; // M_MMAP_THRESHOLD
    private const int MostPools = -8; // M_ARENA_MAX

    /// <summary>Bounds the pools, once, as early as can be; where the environment says otherwise, or with another C library, does nothing.</summary>
    public static void Bound()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null)
        {
            return;
        }

        try
        {
            _ = SetOption(MostPools, 2);
            _ = SetOption(LargePiece, 128 << 10);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            // Not glibc: its allocator has no such pools.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
