"""Graphs on OpenCV's dnn module: it reads `global` where that takes numbers alone (it looks up no categories)."""
import os
import sys

os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what it cannot read is thrown, too

try:
    import cv2
    import numpy

    import replay
except ModuleNotFoundError as fault:
    print(f"no module '{fault.name}'", file=sys.stderr)
    sys.exit(3)


def load(package, graph):
    network = cv2.dnn.readNetFromONNX(package.path(graph))

    def run(inputs, names):
        for name, value in inputs.items():
            network.setInput(numpy.ascontiguousarray(value), name)
        return dict(zip(names, network.forward(names)))

    return run


def unserved(graph):
    if graph["kind"] != "global":
        return "OpenCV's dnn module has no operators for tasks and their supports"
    if any(tensor["kind"] != "float32" for tensor in graph["inputs"]):
        return "OpenCV's dnn module looks up no categories"
    return None


if __name__ == "__main__":
    replay.main(f"OpenCV {cv2.__version__}", load, unserved)
