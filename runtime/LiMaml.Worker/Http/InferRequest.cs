namespace LiMaml.Worker.Http;

/// <summary>The JSON of an inference request, its tensors' contents aside.</summary>
/// <param name="Id">To be repeated in the response; null for none.</param>
/// <param name="BinaryOutputs">Whether outputs that do not say otherwise are to be binary.</param>
/// <param name="Inputs">In the order in which their binary contents follow.</param>
/// <param name="Outputs">What is asked for; null for everything.</param>
internal sealed record InferRequest(string? Id, bool BinaryOutputs, IReadOnlyList<InferInput> Inputs, IReadOnlyList<InferOutput>? Outputs);

/// <summary>An input tensor.</summary>
/// <param name="Name">As the model's metadata has it.</param>
/// <param name="Datatype">As the protocol names it.</param>
/// <param name="Shape">Sizes of the axes.</param>
/// <param name="BinaryBytes">Bytes of it behind the JSON; null where the contents are in the JSON.</param>
/// <param name="Data">Where in the JSON its contents begin; 0 where there are none.</param>
internal sealed record InferInput(string Name, string Datatype, IReadOnlyList<long> Shape, int? BinaryBytes, int Data);

/// <summary>An output that is asked for.</summary>
/// <param name="Name">As the model's metadata has it.</param>
/// <param name="Binary">Whether its contents are to follow the JSON; null for the request's default.</param>
internal sealed record InferOutput(string Name, bool? Binary);
