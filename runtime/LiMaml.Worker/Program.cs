using LiMaml.Worker.Operation.Commands;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
