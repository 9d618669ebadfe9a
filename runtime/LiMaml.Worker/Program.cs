using LiMaml.Worker.Operation;
using LiMaml.Worker.Operation.Commands;

NativeMemory.Bound();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
