using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace LiMaml.Worker.Broker;

/// <summary>librdkafka's mock cluster, called in the very library that Confluent.Kafka has loaded: a second copy would be another world.</summary>
internal static partial class MockCluster
{
    private const string Library = "limaml-loaded-librdkafka";
    private static readonly Lazy<nint> Loaded = new(FindLoaded);

    /// <summary>The loaded library, as <see cref="NativeLibrary"/> takes it.</summary>
    internal static nint LoadedLibrary => Loaded.Value;

    /// <summary>Directs the calls below to the loaded library. Runs before the first of them, however many assemblies call.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "A resolver can be set once per assembly, before its first native call.")]
    internal static void Resolve() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) => name == Library ? Loaded.Value : 0);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint NewConfiguration();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_log_cb")]
    internal static partial void SetLogCallback(nint configuration, nint callback);

    /// <summary>Takes the configuration over where it succeeds.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    internal static partial nint NewHandle(int type, nint configuration, [Out] byte[] error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    internal static partial void DestroyHandle(nint handle);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    internal static partial nint New(nint handle, int brokerCount);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    internal static partial void Destroy(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    internal static partial nint Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    internal static partial void SetRebalanceDelay(nint cluster, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ErrorCode CreateTopic(nint cluster, string topic, int partitionCount, int replicaCount);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    internal static partial void PushErrors(nint cluster, short request, nuint count, [In] int[] errors);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_clear_request_errors")]
    internal static partial void ClearErrors(nint cluster, short request);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    internal static partial ErrorCode SetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    internal static partial ErrorCode SetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    internal static partial ErrorCode SetRoundTrip(nint cluster, int broker, int milliseconds);

    // Confluent.Kafka tries several builds of the library and keeps to itself which one loaded: the process's modules tell.
    private static nint FindLoaded()
    {
        _ = Confluent.Kafka.Library.Version;
        using var process = Process.GetCurrentProcess();
        var module = process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName.Contains("librdkafka", StringComparison.OrdinalIgnoreCase))
            ?? throw new DllNotFoundException("Confluent.Kafka has loaded no librdkafka.");
        return NativeLibrary.Load(module.FileName);
    }
}
