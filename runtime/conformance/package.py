"""A model package as its format says (models/README.md), read with the standard library and numpy alone."""
import json
import os
import struct

import numpy

DTYPES = {"F32": numpy.dtype("<f4"), "F64": numpy.dtype("<f8"), "I64": numpy.dtype("<i8"), "I32": numpy.dtype("<i4"), "U8": numpy.dtype("u1")}


def read_safetensors(path):
    """Tensors by name: 8 bytes with the header's length, a header in JSON, raw little-endian data."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


class Package:
    """The manifest, and what training computed for recorded inputs."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self._tensors = read_safetensors(os.path.join(folder, "handoff.safetensors"))

    @property
    def graphs(self):
        return self.manifest["graphs"]

    def path(self, graph):
        return os.path.join(self.folder, *graph["path"].split("/"))

    def cases(self, graph):
        """(name, inputs by name, outputs by name) of each recorded case of a graph, in the order of their names."""
        cases = {}
        for key, tensor in self._tensors.items():
            of_graph, case, direction, name = key.split("/")
            if of_graph == graph["name"]:
                cases.setdefault(case, {"input": {}, "output": {}})[direction][name] = tensor
        return [(case, tensors["input"], tensors["output"]) for case, tensors in sorted(cases.items())]
