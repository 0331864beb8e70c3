"""The ONNX project's published operator test vectors, where a layer covers the case."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.testing import assert_allclose
from onnx import helper, numpy_helper
from onnx.backend.test import loader

from convkit import (
    Abs,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    softmax,
)


class NotCovered(Exception):  # noqa: N818
    """The vector asks for what the contract leaves out, such as dilation or groups."""


class Vector(NamedTuple):
    """One node, what goes in (parameters included), and what has to come out."""

    operator: str
    attributes: dict
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    version: int

    def default(self, **plain: object) -> None:
        """Only vectors whose attributes have these values are covered."""
        if any(self.attributes.get(name, value) != value for name, value in plain.items()):
            raise NotCovered


def conv(vector: Vector) -> np.ndarray:
    vector.default(dilations=[1, 1], group=1, auto_pad=b"NOTSET")
    x, weight, *bias = vector.inputs
    if x.ndim != 4:
        raise NotCovered
    top, left, bottom, right = vector.attributes.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right):
        raise NotCovered
    out_channels, in_channels, *kernel_size = weight.shape
    stride = vector.attributes.get("strides", 1)
    layer = Conv2d(in_channels, out_channels, kernel_size, stride, (top, left))
    return with_params(layer, weight=weight, bias=bias[0] if bias else np.zeros(out_channels))(x)


def pool(vector: Vector) -> np.ndarray:
    vector.default(dilations=[1, 1], auto_pad=b"NOTSET", ceil_mode=0)
    (x,) = vector.inputs
    if x.ndim != 4:
        raise NotCovered
    top, left, bottom, right = vector.attributes.get("pads", [0, 0, 0, 0])
    edges = ((0, 0), (0, 0), (top, bottom), (left, right))
    stride = vector.attributes.get("strides", 1)
    if vector.operator == "MaxPool":
        layer = MaxPool2d(vector.attributes["kernel_shape"], stride)
        return layer(np.pad(x.astype(np.float32), edges, constant_values=-np.inf))
    if any((top, left, bottom, right)) and not vector.attributes.get("count_include_pad", 0):
        raise NotCovered
    return AvgPool2d(vector.attributes["kernel_shape"], stride)(np.pad(x, edges))


def global_pool(vector: Vector) -> np.ndarray:
    (x,) = vector.inputs
    layer = {"GlobalMaxPool": MaxPool2d, "GlobalAveragePool": AvgPool2d}[vector.operator]
    return layer(x.shape[2:])(x)


def batch_normalization(vector: Vector) -> np.ndarray:
    x, gamma, beta, mean, variance = vector.inputs
    if x.ndim not in (2, 4):
        raise NotCovered
    kept = vector.attributes.get("momentum", 0.9)
    layer = BatchNorm(len(gamma), vector.attributes.get("epsilon", 1e-5), 1 - kept)
    layer.running_mean, layer.running_var = mean, variance
    layer.training = vector.attributes.get("training_mode", 0) == 1
    y = with_params(layer, gamma=gamma, beta=beta)(x)
    if layer.training:  # ONNX keeps the biased variance, so the mean alone can be compared
        assert_allclose(layer.running_mean, vector.outputs[1], rtol=1e-5)
    return y


def gemm(vector: Vector) -> np.ndarray:
    x, weight, *bias = vector.inputs
    get = vector.attributes.get
    x = x.T if get("transA", 0) else x
    weight = get("alpha", 1) * (weight if get("transB", 0) else weight.T)
    row = get("beta", 1) * (bias[0] if bias else np.zeros(1))
    if row.ndim > 1 and len(row) > 1:
        raise NotCovered
    row = np.broadcast_to(row.reshape(-1), weight.shape[:1])
    layer = Linear(weight.shape[1], weight.shape[0])
    return with_params(layer, weight=weight, bias=row)(x)


def flatten(vector: Vector) -> np.ndarray:
    (x,) = vector.inputs
    if x.ndim != 4 or vector.attributes.get("axis", 1) not in (1, -3):
        raise NotCovered
    return Flatten()(x)


def softmax_along(vector: Vector) -> np.ndarray:
    (x,) = vector.inputs
    axis = vector.attributes.get("axis", -1 if vector.version >= 13 else 1)
    if vector.version < 13 and axis not in (-1, x.ndim - 1):
        raise NotCovered  # softmax over several axes at once
    last = np.moveaxis(x, axis, -1)
    rows = softmax(last.reshape(-1, last.shape[-1]))
    return np.moveaxis(rows.reshape(last.shape), -1, axis)


def cross_entropy(vector: Vector) -> np.ndarray:
    vector.default(reduction=b"mean", ignore_index=None)
    if len(vector.inputs) != 2 or vector.inputs[0].ndim != 2:
        raise NotCovered
    return np.float32(SoftmaxCrossEntropy().forward(*vector.inputs))


def elementwise(vector: Vector) -> np.ndarray:
    layers = {"Abs": Abs, "Relu": ReLU, "Sigmoid": Sigmoid, "Tanh": Tanh}
    (x,) = vector.inputs
    return layers[vector.operator]()(x)


OPERATORS = {
    "Abs": elementwise,
    "AveragePool": pool,
    "BatchNormalization": batch_normalization,
    "Conv": conv,
    "Flatten": flatten,
    "Gemm": gemm,
    "GlobalAveragePool": global_pool,
    "GlobalMaxPool": global_pool,
    "MaxPool": pool,
    "Relu": elementwise,
    "Sigmoid": elementwise,
    "Softmax": softmax_along,
    "SoftmaxCrossEntropyLoss": cross_entropy,
    "Tanh": elementwise,
}

LEAST = {
    "Abs": 1,
    "AveragePool": 6,
    "BatchNormalization": 5,
    "Conv": 8,
    "Flatten": 3,
    "Gemm": 9,
    "GlobalAveragePool": 2,
    "GlobalMaxPool": 2,
    "MaxPool": 7,
    "Relu": 2,
    "Sigmoid": 3,
    "Softmax": 8,
    "SoftmaxCrossEntropyLoss": 2,
    "Tanh": 3,
}


def with_params(layer: Layer, **params: np.ndarray) -> Layer:
    layer.params.update(params)
    return layer


def read(path: Path) -> np.ndarray:
    return numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes()))


def published() -> Iterator[tuple[str, Vector]]:
    """Every published model of a single node that one of our layers may stand for."""
    for kind in ("node", "pytorch-converted", "pytorch-operator"):
        for case in loader.load_model_tests(kind=kind):
            folder = Path(case.model_dir) if case.model_dir else None
            model = onnx.load(folder / "model.onnx") if folder else case.model
            if len(model.graph.node) != 1 or model.graph.node[0].op_type not in OPERATORS:
                continue
            (node,) = model.graph.node
            values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
            if folder:
                data = sorted(folder.glob("test_data_set_0/input_*.pb"))
                inputs = [read(path) for path in data]
                outputs = [read(folder / "test_data_set_0" / "output_0.pb")]
            else:
                inputs, outputs = case.data_sets[0]
            names = [i.name for i in model.graph.input if i.name not in values]
            values.update(zip(names, inputs, strict=True))
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            ordered = [values[name] for name in node.input]
            version = model.opset_import[0].version
            yield case.name, Vector(node.op_type, attributes, ordered, outputs, version)


def test_published_vectors():
    """Do the layers give what is published, for a good number of vectors of each operator?"""
    compared: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # making other operators' vectors overflows here and there
        vectors = list(published())
    for name, vector in vectors:
        try:
            y = OPERATORS[vector.operator](vector)
        except NotCovered:
            continue
        assert y.dtype == np.float32, name
        assert_allclose(y, vector.outputs[0], rtol=1e-4, atol=1e-6, err_msg=name)
        compared[vector.operator] += 1
    assert all(compared[operator] >= number for operator, number in LEAST.items()), compared
