using System.Runtime.InteropServices;
using LiMaml.Cli;
using LiMaml.Cli.Display;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Application.RunAsync(args, Terminal.OfProcess(), cancellation.Token);

// The first signal asks the work to stop and tidy up; a second one ends the process as it always would.
void Stop(PosixSignalContext context)
{
    context.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
}
