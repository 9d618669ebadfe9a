"""Serves a LiMaml model package with onnxruntime and numpy, and nothing of LiMaml's.

usage: serve.py <package> <request.json> [<embeddings.ndjson>]
"""
import json
import os
import sys

import numpy as np


class Encoder:
    """From raw values to the numbers that graphs take, by the schema of the manifest."""

    def __init__(self, schema):
        self.features = {feature["name"]: feature for feature in schema["features"]}
        self.vocabularies = {
            name: {value: index + 1 for index, value in enumerate(feature["vocabulary"])}
            for name, feature in self.features.items() if "vocabulary" in feature
        }

    def index(self, feature, value):
        """0 is 'unknown'; vocabularies count from 1; hashing is FNV-1a, 64 bits, over UTF-8."""
        text = "" if value is None else str(value)
        if not text:
            return 0
        if feature["name"] in self.vocabularies:
            return self.vocabularies[feature["name"]].get(text, 0)
        digest = 14695981039346656037
        for byte in text.encode("utf-8"):
            digest = ((digest ^ byte) * 1099511628211) % 2**64
        return 1 + digest % feature["hashBuckets"]

    def numbers(self, name, value):
        """What a feature takes of the last axis of its input."""
        feature = self.features[name]
        if feature["kind"] == "categorical":
            return [self.index(feature, value)]
        if feature["kind"] == "multiValued":
            known = dict.fromkeys(index for index in (self.index(feature, one) for one in value) if index)  # each once, in order
            kept = list(known)[:feature["maxValues"]]
            return kept + [0] * (feature["maxValues"] - len(kept))
        return value if feature["kind"] == "vector" else [value]  # raw: normalisation is inside the graphs

    def tensor(self, tensor, rows):
        """A graph's input [rows, width]: its features side by side."""
        values = [[number for name in tensor["features"] for number in self.numbers(name, row[name])] for row in rows]
        return np.array(values, np.int64 if tensor["kind"] == "int64" else np.float32)


class Model:
    """A package's graphs, for models with one task definition."""

    def __init__(self, folder, open_session):
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self.encoder = Encoder(self.manifest["schema"])
        self.graphs = {graph["kind"]: graph for graph in self.manifest["graphs"]}
        self.sessions = {kind: open_session(os.path.join(folder, graph["path"])) for kind, graph in self.graphs.items()}

    def run(self, kind, feeds):
        names = [output["name"] for output in self.graphs[kind]["outputs"]]
        return dict(zip(names, self.sessions[kind].run(names, feeds)))

    def adapt(self, history):
        """Algorithm 2b for one task: samples oldest first, each with a label, features, and perhaps a weight and a time."""
        tuning = {**self.manifest["model"]["fineTuning"], **self.manifest["model"]["metaBlocks"][0]}  # the block's own values come first
        samples = history[-tuning["supportCapacity"]:]
        half_life = tuning.get("halfLife")
        newer = np.arange(len(samples))[::-1]  # how many samples are newer
        weights = np.array([sample.get("weight", 1) for sample in samples]) * (1 if half_life is None else 0.5 ** (newer / half_life))
        rows = [sample["features"] for sample in samples]
        times = np.array([sample.get("time", 0) for sample in samples])  # seconds
        given = {
            "support_label": [sample["label"] for sample in samples],
            "support_weight": weights,
            "support_position": 1 + np.arange(len(samples)),  # this and the next for transformers alone
            "support_elapsed": np.diff(times, prepend=times[0]) / 86400,  # days since the sample before
        }
        feeds = {}
        for tensor in self.graphs["adapt"]["inputs"]:
            if tensor["name"] in given:
                feeds[tensor["name"]] = np.array([given[tensor["name"]]], np.float32)  # [tasks, support]
            elif tensor["name"].startswith("latest_"):
                feeds[tensor["name"]] = self.encoder.tensor(tensor, rows[-1:])  # [tasks, width]
            else:
                feeds[tensor["name"]] = self.encoder.tensor(tensor, rows)[np.newaxis]  # [tasks, support, width]
        return self.run("adapt", feeds)["meta_embedding"][0]

    def unadapted(self, rows):
        """For tasks without history: [rows, d]."""
        return self.run("meta", {tensor["name"]: self.encoder.tensor(tensor, rows) for tensor in self.graphs["meta"]["inputs"]})["meta_embedding"]

    def score(self, rows, embeddings):
        """`logit` and `probability`, or `prediction`, of rows [rows, 1] with a meta embedding each."""
        feeds = {"meta_embedding": np.asarray(embeddings, np.float32)}
        for tensor in self.graphs["global"]["inputs"]:
            if tensor["name"] not in feeds:
                feeds[tensor["name"]] = self.encoder.tensor(tensor, rows)
        return self.run("global", feeds)


def stored_embedding(path, key):
    """Of a task, from lines of JSON with `key` and `meta_embedding`; None where there is none."""
    with open(path, encoding="utf-8") as file:
        return next((entry["meta_embedding"] for entry in map(json.loads, file) if entry["key"] == key), None)


def main(arguments, open_session):
    package, request_path, *stored = arguments
    model = Model(package, open_session)
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    embedding = stored_embedding(stored[0], request["key"]) if stored else None
    if embedding is None and request.get("history"):
        embedding = model.adapt(request["history"])
    rows = request["rows"]
    scores = model.score(rows, model.unadapted(rows) if embedding is None else np.tile(embedding, (len(rows), 1)))
    print(json.dumps({
        "metaEmbedding": None if embedding is None else np.asarray(embedding, float).tolist(),
        "scores": {name: values[:, 0].tolist() for name, values in scores.items()},
    }))


if __name__ == "__main__":
    import onnxruntime

    main(sys.argv[1:], onnxruntime.InferenceSession)
