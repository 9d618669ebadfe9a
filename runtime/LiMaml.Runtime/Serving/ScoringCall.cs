using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// One request's rows: its inputs are written straight into the graphs' memory, scored, and read from there. For one thread
/// at a time; disposed before the lease of its bundle.
/// </summary>
public sealed class ScoringCall : IDisposable
{
    private readonly LoadedModel model;
    private readonly ServingBundle bundle;
    private readonly MicroBatcher batcher;
    private readonly GraphBatch global;
    private readonly GraphBatch?[] meta;
    private readonly IReadOnlyList<string>?[] keys;
    private readonly bool[] given;
    private readonly bool[] cold;
    private bool disposed;

    internal ScoringCall(ServingBundle bundle, ScoringMode mode, int rows, MicroBatcher batcher)
    {
        this.bundle = bundle;
        this.batcher = batcher;
        model = bundle.Model;
        Served = bundle.Served(mode);
        RowCount = rows;
        meta = new GraphBatch?[model.Blocks.Count];
        keys = new IReadOnlyList<string>?[model.Blocks.Count];
        given = new bool[Served.Inputs.Count];
        cold = new bool[mode == ScoringMode.Raw ? 0 : rows * model.Blocks.Count];
        global = Rent(model.Scorer.Session, GraphTensorNames.RowsAxis, rows);
    }

    /// <summary>What goes in and out.</summary>
    public ServedModel Served { get; }

    /// <summary>Rows to score.</summary>
    public int RowCount { get; }

    /// <summary>After the run, boolean [rows, task definitions]: true where the embedding is an unadapted one; empty in raw mode.</summary>
    public ReadOnlySpan<bool> Cold => cold;

    /// <summary>The memory of an input, to be filled: float32 [rows, width].</summary>
    /// <exception cref="ArgumentException">The input holds something else.</exception>
    public Span<float> Float32(ServedInput input) => Batch(input).Float32(input.Tensor)[..(RowCount * input.Width)];

    /// <summary>The memory of an input, to be filled: int64 [rows, width].</summary>
    /// <exception cref="ArgumentException">The input holds something else.</exception>
    public Span<long> Int64(ServedInput input) => Batch(input).Int64(input.Tensor)[..(RowCount * input.Width)];

    /// <summary>Fills an input of indices by its features' vocabularies, from words [rows, width], row-major.</summary>
    /// <exception cref="InvalidInputException">The input does not accept words, or their count differs.</exception>
    public void SetWords(ServedInput input, IReadOnlyList<string> words)
    {
        var expected = input.AcceptsWords ? $"{RowCount} × {input.Width}" : "numbers: the input does not accept words";
        Check(input.AcceptsWords && words.Count == RowCount * input.Width, $"input '{input.Name}'", $"{words.Count} words", expected);
        WordEncoding.Fill(input, words, Int64(input));
    }

    /// <summary>Names the tasks of a definition: one for each row, or one for all rows.</summary>
    /// <exception cref="InvalidInputException">The count is neither.</exception>
    public void SetKeys(ServedInput input, IReadOnlyList<string> tasks)
    {
        Check(tasks.Count == 1 || tasks.Count == RowCount, $"input '{input.Name}'", $"{tasks.Count} task keys", $"one for all rows, or one for each of the {RowCount} rows");
        given[input.Index] = true;
        keys[input.Block] = tasks;
    }

    /// <summary>Looks up the embeddings and scores the rows.</summary>
    /// <exception cref="InvalidInputException">An input is missing, or a value is not what the graphs may read.</exception>
    /// <exception cref="ScoringUnavailableException">Too many requests wait, or this one waited too long.</exception>
    /// <exception cref="InvalidDataException">The store gave an embedding of another size than the bundle's.</exception>
    /// <exception cref="GenerationUnavailableException">The store no longer has the bundle's generation.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        CheckInputs();
        if (Served.Mode == ScoringMode.Joined)
        {
            for (var block = 0; block < model.Blocks.Count; block++)
            {
                await JoinAsync(block, cancellation);
            }
        }

        await batcher.RunAsync(global, RowCount, cancellation);
    }

    /// <summary>After the run, a score: float32 [rows].</summary>
    /// <exception cref="ArgumentException">The model has no such score.</exception>
    public ReadOnlySpan<float> Scores(string output) => global.Float32(output)[..RowCount];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            global.Dispose();
            foreach (var batch in meta)
            {
                batch?.Dispose();
            }
        }
    }

    private static GraphBatch Rent(GraphSession session, string axis, int rows)
    {
        var batch = session.Rent();
        batch.Resize((axis, BatchShape.SizeFor(rows)));
        for (var padding = rows; padding < BatchShape.SizeFor(rows); padding++)
        {
            batch.ClearInputs(padding);
        }

        return batch;
    }

    private GraphBatch Batch(ServedInput input)
    {
        given[input.Index] = true;
        return input.Place == InputPlace.Meta ? MetaBatch(input.Block) : global;
    }

    private GraphBatch MetaBatch(int block) => meta[block] ??= Rent(model.Blocks[block].Meta, GraphTensorNames.TasksAxis, RowCount);

    private void CheckInputs()
    {
        foreach (var input in Served.Inputs)
        {
            if (!given[input.Index])
            {
                Check(!input.Required, "inputs", $"no '{input.Name}'", $"all of {string.Join(", ", Served.Inputs.Where(each => each.Required).Select(each => each.Name))}");
            }
            else if (input.Kind == ServedKind.Float32)
            {
                ValueCheck.Check(input, Float32(input));
            }
            else if (input.Kind == ServedKind.Int64)
            {
                ValueCheck.Check(input, Int64(input));
            }
        }
    }

    private async ValueTask JoinAsync(int index, CancellationToken cancellation)
    {
        var block = model.Blocks[index];
        var found = await bundle.ReadAsync(block.Task, keys[index]!, cancellation);
        var coldRows = Place(index, found);
        if (coldRows.Count > 0)
        {
            await EmbedAsync(index, coldRows, cancellation);
        }
    }

    /// <summary>Writes the embeddings found into the <c>global</c> graph's input.</summary>
    /// <returns>The rows without one.</returns>
    private List<int> Place(int index, IReadOnlyList<StoredEmbedding?> found)
    {
        var block = model.Blocks[index];
        var target = global.Float32(block.EmbeddingTensor);
        var coldRows = new List<int>();
        for (var row = 0; row < RowCount; row++)
        {
            if (found[found.Count == 1 ? 0 : row] is { } embedding)
            {
                CheckSize(embedding, block);
                embedding.Vector.Span.CopyTo(target[(row * block.EmbeddingSize)..]);
            }
            else
            {
                cold[(row * model.Blocks.Count) + index] = true;
                coldRows.Add(row);
            }
        }

        return coldRows;
    }

    /// <summary>Gives rows the unadapted embeddings of their meta features.</summary>
    private async Task EmbedAsync(int index, List<int> rows, CancellationToken cancellation)
    {
        var block = model.Blocks[index];
        var all = MetaBatch(index);
        block.FillMissing(all, global, given, RowCount);
        using var batch = Rent(block.Meta, GraphTensorNames.TasksAxis, rows.Count);
        for (var place = 0; place < rows.Count; place++)
        {
            batch.CopyInputs(all, rows[place], place, 1);
        }

        await batcher.RunAsync(batch, rows.Count, cancellation);
        for (var place = 0; place < rows.Count; place++)
        {
            batch.Float32(GraphTensorNames.MetaEmbedding).Slice(place * block.EmbeddingSize, block.EmbeddingSize)
                .CopyTo(global.Float32(block.EmbeddingTensor)[(rows[place] * block.EmbeddingSize)..]);
        }
    }

    private static void CheckSize(StoredEmbedding embedding, ServedBlock block)
    {
        if (embedding.Vector.Length != block.EmbeddingSize)
        {
            throw new InvalidDataException($"the stored embedding of {block.Task} '{embedding.Key}' has {embedding.Vector.Length} numbers; those of its bundle have {block.EmbeddingSize}.");
        }
    }

    private static void Check(bool holds, string where, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, found, expected);
        }
    }
}
