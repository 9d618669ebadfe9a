// Serves a LiMaml model package with onnxruntime-web, and nothing of LiMaml's. (With onnxruntime-node, change the import.)
// usage: node serve.js <package> <request.json> [<embeddings.ndjson>]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;

/** From raw values to the numbers that graphs take, by the schema of the manifest. */
class Encoder {
  constructor(schema) {
    this.features = new Map(schema.features.map((feature) => [feature.name, feature]));
    this.vocabularies = new Map(schema.features.filter((feature) => feature.vocabulary)
      .map(({ name, vocabulary }) => [name, new Map(vocabulary.map((value, index) => [value, index + 1]))]));
  }

  /** 0 is 'unknown'; vocabularies count from 1; hashing is FNV-1a, 64 bits, over UTF-8. */
  index(feature, value) {
    const text = value == null ? "" : String(value);
    if (text === "") return 0;
    const vocabulary = this.vocabularies.get(feature.name);
    if (vocabulary) return vocabulary.get(text) ?? 0;
    let digest = 14695981039346656037n;
    for (const byte of new TextEncoder().encode(text)) digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 1099511628211n);
    return 1 + Number(digest % BigInt(feature.hashBuckets));
  }

  /** What a feature takes of the last axis of its input. */
  numbers(name, value) {
    const feature = this.features.get(name);
    if (feature.kind === "categorical") return [this.index(feature, value)];
    if (feature.kind === "multiValued") {
      const known = new Set(value.map((one) => this.index(feature, one)).filter((index) => index !== 0)); // each once, in order
      const kept = [...known].slice(0, feature.maxValues);
      return [...kept, ...Array(feature.maxValues - kept.length).fill(0)];
    }
    return feature.kind === "vector" ? value : [value]; // raw: normalisation is inside the graphs
  }

  /** A graph's input of the given leading axes: its features side by side. */
  tensor({ kind, features }, rows, leading = [rows.length]) {
    const values = rows.flatMap((row) => features.flatMap((name) => this.numbers(name, row[name])));
    const data = kind === "int64" ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    return new ort.Tensor(kind, data, [...leading, values.length / rows.length]);
  }
}

const floats = (values, shape) => new ort.Tensor("float32", Float32Array.from(values), shape);

/** A package's graphs, for models with one task definition. */
class Model {
  static async open(folder) {
    const model = new Model();
    model.manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    model.encoder = new Encoder(model.manifest.schema);
    model.graphs = {};
    for (const graph of model.manifest.graphs) {
      model.graphs[graph.kind] = { ...graph, session: await ort.InferenceSession.create(readFileSync(join(folder, graph.path))) };
    }
    return model;
  }

  /** Algorithm 2b for one task: samples oldest first, each with a label, features, and perhaps a weight and a time. */
  async adapt(history) {
    const { fineTuning, metaBlocks: [block] } = this.manifest.model;
    const { supportCapacity, halfLife } = { ...fineTuning, ...block }; // the block's own values come first
    const samples = history.slice(-supportCapacity);
    const count = samples.length;
    const rows = samples.map((sample) => sample.features);
    const weights = samples.map(({ weight = 1 }, index) => weight * (halfLife ? 0.5 ** ((count - 1 - index) / halfLife) : 1));
    const { inputs, session } = this.graphs.adapt;
    const given = {
      support_label: samples.map((sample) => sample.label),
      support_weight: weights,
      support_position: samples.map((_, index) => index + 1), // this and the next for transformers alone
      support_elapsed: samples.map(({ time = 0 }, index) => (time - (samples[Math.max(index - 1, 0)].time ?? 0)) / 86400), // seconds → days since the sample before
    };
    const feeds = {};
    for (const input of inputs) {
      if (input.name in given) feeds[input.name] = floats(given[input.name], [1, count]); // [tasks, support]
      else if (input.name.startsWith("latest_")) feeds[input.name] = this.encoder.tensor(input, rows.slice(-1)); // [tasks, width]
      else feeds[input.name] = this.encoder.tensor(input, rows, [1, count]); // [tasks, support, width]
    }
    return (await session.run(feeds)).meta_embedding.data;
  }

  /** For tasks without history: [rows, d]. */
  async unadapted(rows) {
    const { inputs, session } = this.graphs.meta;
    return (await session.run(Object.fromEntries(inputs.map((input) => [input.name, this.encoder.tensor(input, rows)])))).meta_embedding;
  }

  /** `logit` and `probability`, or `prediction`, of rows [rows, 1] with a meta embedding each [rows, d]. */
  async score(rows, embeddings) {
    const { inputs, session } = this.graphs.global;
    const feeds = { meta_embedding: embeddings };
    for (const input of inputs) feeds[input.name] ??= this.encoder.tensor(input, rows);
    return session.run(feeds);
  }
}

/** Of a task, from lines of JSON with `key` and `meta_embedding`; undefined where there is none. */
function storedEmbedding(path, key) {
  const entries = readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return entries.find((entry) => entry.key === key)?.meta_embedding;
}

const [folder, requestPath, storedPath] = process.argv.slice(2);
const model = await Model.open(folder);
const { key, history = [], rows } = JSON.parse(readFileSync(requestPath, "utf8"));
let embedding = storedPath && storedEmbedding(storedPath, key);
if (!embedding && history.length > 0) embedding = await model.adapt(history);
const embeddings = embedding
  ? floats(rows.flatMap(() => [...embedding]), [rows.length, embedding.length])
  : await model.unadapted(rows);
const scores = await model.score(rows, embeddings);
console.log(JSON.stringify({
  metaEmbedding: embedding ? [...embedding] : null,
  scores: Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, [...values.data]])),
}));
