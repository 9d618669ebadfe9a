using System.ComponentModel;
using System.Diagnostics;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>A disk that is full, made of memory; skipped where such a disk can't be mounted.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Start_DiskFull_WaitsWithAClearErrorAndGoesOnWhenThereIsRoom()
    {
        using var rig = new StreamRig();
        var disk = rig.Folder["disk"];
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", disk), "no disk can be mounted here");
        try
        {
            rig.Send(Events(0, 1000));
            using var worker = rig.Consumption("disk");
            worker.Start();
            rig.AwaitAll(worker);

            var filler = Path.Combine(disk, "filler");
            Fill(filler);
            for (var number = 1000; worker.Status.Trouble is null; number += 1000)
            {
                Assert.True(number < 200_000, "the disk never was full");
                rig.Send(Events(number, 1000));
                sent = number + 1000;
            }

            Assert.Contains("can't be written", worker.Status.Trouble, StringComparison.Ordinal);
            Assert.Contains("No space left", worker.Status.Trouble, StringComparison.OrdinalIgnoreCase);
            File.Delete(filler);
            rig.AwaitAll(worker);
            Assert.Null(worker.Status.Trouble);
            await worker.StopAsync(TimeSpan.FromSeconds(30));
            rig.AssertWindows(Events(0, sent), "disk");
        }
        finally
        {
            Run("umount", "-l", disk);
        }
    }

    private int sent;

    private static IEnumerable<Runtime.Events.InteractionEvent> Events(int first, int count) => Enumerable.Range(first, count).Select(number => StreamEvents.Event(number));

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
