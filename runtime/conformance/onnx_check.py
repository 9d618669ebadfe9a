"""Graphs before the onnx package's full check, which infers every shape, and then on a reading of the standard in numpy."""
import os
import sys
import tempfile

try:
    import onnx

    import replay
    from interpreter import Interpreter
except ModuleNotFoundError as fault:
    print(f"no module '{fault.name}'", file=sys.stderr)
    sys.exit(3)


def load(package, graph):
    path = package.path(graph)
    onnx.checker.check_model(path)
    with tempfile.TemporaryDirectory() as folder:
        # What full_check=True does, which before onnx 1.13 writes the inferred shapes into the model it was given.
        onnx.shape_inference.infer_shapes_path(path, os.path.join(folder, "model.onnx"), check_type=True, strict_mode=True)
    return Interpreter(path).run


if __name__ == "__main__":
    replay.main(f"onnx {onnx.__version__}", load)
