using LiMaml.Runtime.Serving;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LiMaml.Worker.Operation;

/// <summary>OpenTelemetry: metrics at <c>/metrics</c> for Prometheus; metrics and traces by OTLP where the usual variable names a collector.</summary>
internal static class Telemetry
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    /// <summary>Adds the providers.</summary>
    public static void AddWorkerTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var hasCollector = !string.IsNullOrEmpty(configuration[Collector] ?? Environment.GetEnvironmentVariable(Collector));
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("limaml-worker"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(WorkerMetrics.MeterName, ScoringService.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");
            metrics.AddView("limaml.scoring.duration", new ExplicitBucketHistogramConfiguration { Boundaries = Seconds });
            metrics.AddPrometheusExporter();
            if (hasCollector)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (hasCollector)
        {
            telemetry.WithTracing(traces => traces.AddSource("Microsoft.AspNetCore", WorkerMetrics.MeterName).AddOtlpExporter());
        }
    }
}
