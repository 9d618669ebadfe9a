// Graphs on onnxruntime-web's WebAssembly build under Node. Prints, for each package that the command line names, one line
// of JSON that `limaml verify --runtime` reads.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Package } from "./package.js";

const MISSING_MODULE = 3; // exit code

let ort;
try {
  // As CommonJS finds modules: node_modules beside this file or above it, then those of NODE_PATH.
  ort = (await import(pathToFileURL(createRequire(import.meta.url).resolve("onnxruntime-web")))).default;
} catch (fault) {
  if (fault.code !== "MODULE_NOT_FOUND") throw fault;
  console.error("no module 'onnxruntime-web'");
  process.exit(MISSING_MODULE);
}
ort.env.wasm.numThreads = 1; // many threads would want SharedArrayBuffer, and sums in one order
ort.env.logLevel = "error";

/** The largest |a − b| ÷ max(1, |b|); infinite where one is not finite and the other differs, or shapes differ. */
function largestError(found, expected) {
  if (found.dims.length !== expected.shape.length || found.dims.some((size, axis) => size !== expected.shape[axis])) return Infinity;
  let largest = 0;
  expected.data.forEach((b, index) => {
    const a = found.data[index];
    const error = Object.is(a, b) || a === b ? 0 : Math.abs(a - b) / Math.max(1, Math.abs(b));
    largest = Math.max(largest, Number.isFinite(error) ? error : Infinity);
  });
  return largest;
}

async function replay(model, graph) {
  const session = await ort.InferenceSession.create(...model.model(graph));
  const reports = new Map(graph.outputs.map((output) => [output.name, { output: output.name, caseCount: 0, largestError: 0, worstCase: "" }]));
  for (const { name, inputs, outputs } of model.cases(graph)) {
    const feeds = Object.fromEntries(Object.entries(inputs).map(([input, value]) => [input, new ort.Tensor(value.type, value.data, value.shape)]));
    const results = await session.run(feeds);
    for (const [output, expected] of Object.entries(outputs)) {
      const report = reports.get(output);
      const error = largestError(results[output], expected);
      report.caseCount += 1;
      if (report.caseCount === 1 || error > report.largestError) {
        report.largestError = error;
        report.worstCase = name;
      }
    }
  }
  await session.release();
  return [...reports.values()].map((report) => ({ ...report, largestError: Number.isFinite(report.largestError) ? report.largestError : null }));
}

for (const folder of process.argv.slice(2)) {
  const model = new Package(folder);
  const graphs = [];
  for (const graph of model.manifest.graphs) {
    try {
      graphs.push({ graph: graph.name, outputs: await replay(model, graph) });
    } catch (fault) {
      graphs.push({ graph: graph.name, fault: String(fault?.message ?? fault) });
    }
  }
  console.log(JSON.stringify({ runtime: `onnxruntime-web ${ort.env.versions.web}`, package: folder, graphs }));
}
