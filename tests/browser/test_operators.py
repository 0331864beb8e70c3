"""What the browser computes where there is no Python is what the layers compute."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from convkit import AvgPool2d, MaxPool2d
from convkit.data import digits, photograph
from convkit.widgets import (
    Backward,
    ContrastNormalization,
    ConvolutionByHand,
    Detector,
    Equivariance,
    EyeDetector,
    FeatureMaps,
    Parameters,
    Pipeline,
    PixelDistance,
    Pooling,
    ReceptiveField,
    Rectification,
    Softmax,
)
from convkit.widgets.base import script
from convkit.widgets.pipeline_experiment import DESIGNS
from tests.widgets.browser_side import arrays

pytestmark = pytest.mark.browser

X = np.random.default_rng(0).normal(size=(2, 5, 6))
KERNEL = np.random.default_rng(1).normal(size=(3, 2, 2, 3))
LIGHT = {"negative": True, "contrast": 0.4, "light": 0.7}

CASES: list[tuple[str, Any]] = [
    ("convolutionByHand", lambda: ConvolutionByHand()),
    ("convolutionByHand", lambda: ConvolutionByHand(X, KERNEL, stride=2, padding=1)),
    ("convolutionByHand", lambda: ConvolutionByHand(X, KERNEL, flip=False, padding=2)),
    ("softmax", lambda: Softmax()),
    ("softmax", lambda: Softmax([9.5, -10, 0, 3], 1)),
    ("parameters", lambda: Parameters()),
    ("parameters", lambda: Parameters(image_size=30, channels=3, filter_size=7, maps=9)),
    ("pooling", lambda: Pooling()),
    ("pooling", lambda: Pooling(X[0], kernel_size=2, overlapping=True)),
    ("pooling", lambda: Pooling(kernel_size=4)),
    ("receptiveField", lambda: ReceptiveField(photograph()[None, :40, :40], depth=3)),
    (
        "receptiveField",
        lambda: ReceptiveField(photograph()[None, :40, :40], depth=2, kernel_size=4, stride=3),
    ),
    *(
        ("pipeline", lambda design=design: Pipeline(digits(20).images[:2], **design, **LIGHT))
        for design in (each._asdict() for each in DESIGNS[::5])
    ),
    ("pipeline", lambda: Pipeline(digits(20).images[:2])),
]
PHOTO = photograph()[60:100, 130:161] / 255
SQUARE = photograph()[:13, :13]
SIX = np.random.default_rng(2).normal(size=(6, 6))
LIT = {"shadow": 0.6, "glare": 0.3, "kernel_size": 5, "sigma": 2.5, "c": 0.1}
CHANGED: list[tuple[str, Any, dict[str, Any]]] = [
    ("detector", lambda: Detector(255 * PHOTO), {"kernel": KERNEL[0, 0], "gain": 0.05, "bias": 1}),
    ("featureMaps", lambda: FeatureMaps(X, KERNEL), {"gain": [2, -1, 0], "bias": [1, 0, -2]}),
    ("eyeDetector", lambda: EyeDetector(reach=1), {"kernel_size": 7}),
    ("rectification", lambda: Rectification(PHOTO), {"contrast": -0.4}),
    ("rectification", lambda: Rectification(PHOTO), {"pooling": "average", "size": 5}),
    ("rectification", lambda: Rectification(PHOTO), {"pooling": "max", "contrast": 0.0}),
    ("contrastNormalization", lambda: ContrastNormalization(PHOTO), LIT | {"gain": [1.5]}),
    (
        "contrastNormalization",
        lambda: ContrastNormalization(PHOTO, KERNEL[:, :1]),
        LIT | {"gain": [1, 8, 2], "kernel_size": 41},
    ),
    (
        "pixelDistance",
        lambda: PixelDistance(digits().images[:12], digits().labels[:12], reach=2),
        {"light": 0.7, "number": 3},
    ),
    ("equivariance", lambda: Equivariance(SQUARE, reach=2), {"stride": 2, "padding": 1}),
    ("equivariance", lambda: Equivariance(SQUARE, reach=1), {"shared": False, "padding": 2}),
    ("gradients", lambda: Backward(SIX), {"grad_y": SIX, "weight": KERNEL[0, 1]}),
    ("gradients", lambda: Backward(SIX), {"grad_y": SIX, "stride": 2, "padding": 1}),
    ("gradients", lambda: Backward(SIX, layer=MaxPool2d), {"grad_y": SIX, "x": SIX.T}),
    (
        "gradients",
        lambda: Backward(SIX, layer=AvgPool2d, grad_y=SIX),
        {"kernel_size": 3, "stride": 2},
    ),
]
SERIALIZED = """(_, value) =>
    ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value) : value"""
COMPUTE = f"""async ([source, name, operands, buffers, answer]) => {{
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
    const module = await import(url);
    const revived = JSON.parse(JSON.stringify(operands), (_, value) =>
        value?.bytes === undefined ? value
            : {{ ...value, data: new DataView(bytes(buffers[value.bytes]).buffer) }});
    const known = JSON.parse(JSON.stringify(answer), (_, value) =>
        value?.shape && value.data ? {{ ...value, data: Float64Array.from(value.data) }} : value);
    return JSON.stringify(module[name](revived, known), {SERIALIZED});
}}"""


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def as_sent(value, buffers):
    """An operand as the browser gets it; bytes are numbers of a list in ``buffers``."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict) and "data" in value:
        buffers.append(base64.b64encode(value["data"]).decode())
        return {k: v for k, v in value.items() if k != "data"} | {"bytes": len(buffers) - 1}
    if isinstance(value, dict):
        return {name: as_sent(each, buffers) for name, each in value.items()}
    if isinstance(value, list):
        return [as_sent(each, buffers) for each in value]
    return value


@pytest.mark.parametrize(("name", "make", "changed"), [*((*case, {}) for case in CASES), *CHANGED])
def test_the_browser_computes_what_the_layers_compute(page, name, make, changed):
    widget, buffers = make(), []
    before = {
        k: {"shape": v.shape, "data": v.ravel().tolist()} if isinstance(v, np.ndarray) else v
        for k, v in arrays(widget).items()
    }
    for trait, value in changed.items():
        setattr(widget, trait, value)
    operands = {
        trait: as_sent(getattr(widget, trait), buffers)
        for trait in [*widget.traits(operand=True), *(["known"] if name == "pipeline" else [])]
    }
    expected = arrays(widget)
    source = script("operators.js", "operators_of_pictures.js") + f"\nexport {{ {name} }};"
    computed = json.loads(page.evaluate(COMPUTE, [source, name, operands, buffers, before]))
    tensors = {k: v for k, v in computed.items() if isinstance(v, dict) and "shape" in v}
    assert tensors or name == "parameters"
    assert computed.keys() <= expected.keys()
    for key, tensor in tensors.items():
        got = np.array(tensor["data"], dtype=float).reshape(tensor["shape"])
        assert got.shape == expected[key].shape
        known = expected[key]
        atol = 1e-6 * max(1, np.nanmax(np.abs(known)))  # what travels has seven digits
        np.testing.assert_allclose(got, known, rtol=1e-4, atol=atol, err_msg=key)
    for key in computed.keys() - tensors.keys():
        assert rounded(computed[key]) == rounded(expected[key]), key


def rounded(value):
    """What JSON makes of it, to six decimals."""
    return json.loads(json.dumps(value), parse_float=lambda number: round(float(number), 6))
