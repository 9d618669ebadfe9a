// A model package as its format says (models/README.md), read with what Node has.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const ELEMENTS = {
  F32: ["float32", Float32Array],
  F64: ["float64", Float64Array],
  I64: ["int64", BigInt64Array],
  I32: ["int32", Int32Array],
  U8: ["uint8", Uint8Array],
};

/** Tensors by name: 8 bytes with the header's length, a header in JSON, raw little-endian data. */
export function readSafetensors(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  return new Map(Object.entries(header).map(([name, { dtype, shape, data_offsets: [start, end] }]) => {
    const [type, Elements] = ELEMENTS[dtype];
    // A copy: typed arrays must begin at a multiple of their element's size.
    const data = new Elements(Uint8Array.from(bytes.subarray(8 + length + start, 8 + length + end)).buffer);
    return [name, { type, shape, data }];
  }));
}

/** The manifest, and what training computed for recorded inputs. */
export class Package {
  constructor(folder) {
    this.folder = folder;
    this.manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    this.tensors = readSafetensors(join(folder, "handoff.safetensors"));
  }

  /** A graph's bytes and session options; tables that lie beside it are handed over by name. */
  model(graph) {
    const path = join(this.folder, ...graph.path.split("/"));
    const tables = `${path}.data`;
    const options = existsSync(tables) ? { externalData: [{ path: basename(tables), data: readFileSync(tables) }] } : {};
    return [readFileSync(path), options];
  }

  /** Each recorded case of a graph, in the order of their names. */
  cases(graph) {
    const cases = new Map();
    for (const [key, tensor] of this.tensors) {
      const [ofGraph, name, direction, tensorName] = key.split("/");
      if (ofGraph !== graph.name) continue;
      if (!cases.has(name)) cases.set(name, { name, inputs: {}, outputs: {} });
      cases.get(name)[direction === "input" ? "inputs" : "outputs"][tensorName] = tensor;
    }
    return [...cases.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
