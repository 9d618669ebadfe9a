"""Runs a graph with numpy, operator by operator as the ONNX specification defines them: slow, short, and nobody else's code."""
import os

import numpy
import onnx
from onnx import helper, numpy_helper

TYPES = {1: numpy.float32, 7: numpy.int64, 9: numpy.bool_}


def sigmoid(x):
    small = numpy.exp(-numpy.abs(x))
    return numpy.where(x >= 0, 1 / (1 + small), small / (1 + small))


def axes_of(inputs, attributes):
    """Axes are an input from opset 13 on and an attribute before."""
    axes = inputs[1] if len(inputs) > 1 else attributes.get("axes")
    return None if axes is None else tuple(int(axis) for axis in axes)


def unsqueeze(x, axes):
    rank = x.ndim + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = numpy.expand_dims(x, axis)
    return x


def slice_of(inputs, attributes):
    """Bounds and axes are inputs from opset 10 on and attributes before."""
    starts, ends, axes = inputs[1:4] if len(inputs) > 1 else (attributes[name] for name in ("starts", "ends", "axes"))
    index = [slice(None)] * inputs[0].ndim
    for start, end, axis in zip(starts, ends, axes):
        index[axis] = slice(start, end)
    return inputs[0][tuple(index)]


# name → function of (inputs, attributes)
OPERATORS = {
    "Add": lambda x, a: x[0] + x[1],
    "Cast": lambda x, a: x[0].astype(TYPES[a["to"]]),
    "Ceil": lambda x, a: numpy.ceil(x[0]),
    "Concat": lambda x, a: numpy.concatenate(x, axis=a["axis"]),
    "Div": lambda x, a: x[0] / x[1],
    "Exp": lambda x, a: numpy.exp(x[0]),
    "Gather": lambda x, a: numpy.take(x[0], x[1], axis=a.get("axis", 0)),
    "Greater": lambda x, a: x[0] > x[1],
    "GreaterOrEqual": lambda x, a: x[0] >= x[1],
    "Identity": lambda x, a: x[0],
    "Log": lambda x, a: numpy.log(x[0]),
    "MatMul": lambda x, a: x[0] @ x[1],
    "Mul": lambda x, a: x[0] * x[1],
    "ReduceMax": lambda x, a: numpy.max(x[0], axis=axes_of(x, a), keepdims=bool(a.get("keepdims", 1)), initial=-numpy.inf),
    "ReduceSum": lambda x, a: numpy.sum(x[0], axis=axes_of(x, a), keepdims=bool(a.get("keepdims", 1))),
    "Relu": lambda x, a: numpy.maximum(x[0], 0),
    "Sigmoid": lambda x, a: sigmoid(x[0]),
    "Slice": slice_of,
    "Softplus": lambda x, a: numpy.maximum(x[0], 0) + numpy.log1p(numpy.exp(-numpy.abs(x[0]))),
    "Sqrt": lambda x, a: numpy.sqrt(x[0]),
    "Squeeze": lambda x, a: numpy.squeeze(x[0], axis=axes_of(x, a)),
    "Sub": lambda x, a: x[0] - x[1],
    "Tanh": lambda x, a: numpy.tanh(x[0]),
    "Transpose": lambda x, a: numpy.transpose(x[0], a["perm"]),
    "Unsqueeze": lambda x, a: unsqueeze(x[0], axes_of(x, a)),
    "Where": lambda x, a: numpy.where(x[0], x[1], x[2]),
}


class Interpreter:
    """A model, ready to run."""

    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {tensor.name: numpy_helper.to_array(tensor, os.path.dirname(path)) for tensor in self.graph.initializer}
        self.attributes = [{a.name: helper.get_attribute_value(a) for a in node.attribute} for node in self.graph.node]

    def run(self, inputs, names):
        """The outputs called `names`, by name."""
        values = {**self.constants, **inputs}
        for node, attributes in zip(self.graph.node, self.attributes):
            result = OPERATORS[node.op_type]([values[name] for name in node.input], attributes)
            values[node.output[0]] = numpy.asarray(result)
        return {name: values[name] for name in names}
