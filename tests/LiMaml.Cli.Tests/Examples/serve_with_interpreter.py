"""The Python example with a numpy reading of ONNX in the place of onnxruntime, which Debian does not package.

usage: serve_with_interpreter.py <folder of the example> <folder of the interpreter> <the example's arguments>
"""
import sys

sys.path[:0] = sys.argv[1:3]

try:
    from interpreter import Interpreter

    import serve
except ModuleNotFoundError as fault:
    print(f"no module '{fault.name}'", file=sys.stderr)
    sys.exit(3)


class Session:
    """An onnxruntime.InferenceSession as far as the example uses it."""

    def __init__(self, path):
        self.interpreter = Interpreter(path)

    def run(self, names, feeds):
        results = self.interpreter.run(feeds, names)
        return [results[name] for name in names]


serve.main(sys.argv[3:], Session)
