"""What a variant breaks, found without the checks: by SciPy, the reference and finite differences."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.signal
import scipy.special

from convkit.layers import activation, batchnorm, classifier, contrast, convolution, local, pooling

from . import Variant

_TOLERANCE = {np.dtype(np.float64): 1e-7, np.dtype(np.float32): 1e-3}
_FLOAT32 = {"dtype": np.dtype(np.float32)}


@dataclass(frozen=True)
class _Trial:
    """A legal configuration of a layer: constructor arguments, input, and what is special in it.

    Attributes:
        make: turns normal numbers of ``shape`` into the input.
        kinks: slopes at kinks are free here: any choice is fair.
        fresh: the parameters are left as the constructor made them.
        attributes: set after the warm-up, one value for each channel.
    """

    args: tuple[Any, ...]
    shape: tuple[int, ...]
    make: Callable[[Any], Any] = lambda x: x
    dtype: Any = np.dtype(np.float64)
    kinks: bool = False
    evaluate: bool = False
    fresh: bool = False
    attributes: dict[str, float] = field(default_factory=dict)


_ELEMENTWISE = [
    _Trial((), (2, 3, 4, 5)),
    _Trial((), (3, 4), lambda x: 3 * x),
    _Trial((), (3, 5), lambda x: np.where(np.abs(x) < 0.4, 0.0, x), kinks=True),
    _Trial((), (2, 3, 2), **_FLOAT32),
]
_POOLING = [
    _Trial((2,), (2, 3, 4, 6)),
    _Trial(((2, 3),), (2, 1, 5, 7)),
    _Trial(((3, 2), (2, 1)), (1, 2, 6, 5)),
    _Trial((3, 1), (2, 2, 5, 4)),
    _Trial((2, (3, 1)), (1, 2, 6, 5)),
    _Trial((2,), (1, 2, 4, 6), lambda x: x - 10),
    _Trial(((3, 2), (2, 2)), (2, 1, 7, 5), **_FLOAT32),
]
_TRIALS = {
    "Conv2d": [
        _Trial((1, 2, 2), (1, 1, 3, 4)),
        _Trial((2, 3, (3, 2)), (2, 2, 5, 4)),
        _Trial((3, 2, (2, 3), (2, 1), (1, 0)), (2, 3, 4, 6)),
        _Trial((2, 3, (2, 3), (2, 3), (0, 2)), (2, 2, 6, 5)),
        _Trial((2, 1, 3, 1, 1), (3, 2, 4, 5)),
        _Trial((2, 2, 3, 2, 1), (1, 2, 6, 5), **_FLOAT32),
    ],
    "LocallyConnected2d": [
        _Trial((2, 3, (5, 4), (3, 2)), (2, 2, 5, 4)),
        _Trial((1, 2, (5, 6), 2, (2, 1)), (3, 1, 5, 6)),
        _Trial((2, 3, (4, 7), (1, 3), (1, 2)), (1, 2, 4, 7)),
        _Trial((2, 2, 5, 2, 2), (2, 2, 5, 5), **_FLOAT32),
    ],
    "MaxPool2d": [*_POOLING, _Trial((2,), (2, 2, 4, 6), np.round, kinks=True)],
    "AvgPool2d": _POOLING,
    "Linear": [
        _Trial((4, 3), (5, 4)),
        _Trial((2, 5), (3, 2)),
        _Trial((3, 3), (1, 3)),
        _Trial((4, 2), (3, 4), **_FLOAT32),
    ],
    "Flatten": [_Trial((), (2, 3, 4, 5)), _Trial((), (3, 2, 5, 2), **_FLOAT32)],
    "Sigmoid": _ELEMENTWISE,
    "Tanh": _ELEMENTWISE,
    "ReLU": _ELEMENTWISE,
    "Abs": _ELEMENTWISE,
    "Gain": [
        _Trial((3,), (2, 3, 4, 5)),
        _Trial((4,), (3, 4, 2, 2), fresh=True),
        _Trial((2,), (3, 2, 2, 4), **_FLOAT32),
    ],
    "LocalContrastNorm2d": [
        _Trial((3,), (2, 2, 4, 5)),
        _Trial((), (1, 3, 6, 5)),
        _Trial((5, 0.8, 0.3), (2, 1, 4, 6)),
        _Trial((3, 2.0, 0.6), (1, 2, 7, 8), lambda x: x * np.linspace(0, 1, 8) + 2),
        _Trial((3,), (1, 2, 7, 8), np.zeros_like),
        _Trial((5,), (2, 3, 5, 6), **_FLOAT32),
    ],
    "BatchNorm": [
        _Trial((3,), (5, 3)),
        _Trial((2, 0.5, 0.3), (3, 2, 2, 4)),
        _Trial((3, 0.1), (4, 3, 3, 2), lambda x: 2 * x + 1, evaluate=True),
        _Trial((2,), (3, 2), evaluate=True, attributes={"running_mean": 0.5, "running_var": 3.0}),
        _Trial((3,), (4, 3, 1, 2), fresh=True),
        _Trial((2, 0.1), (3, 2, 3, 2), **_FLOAT32),
    ],
}
_REFERENCE = {
    name: getattr(module, name)
    for module in (activation, batchnorm, classifier, contrast, convolution, local, pooling)
    for name in _TRIALS
    if hasattr(module, name)
}


def broken_passes(variant: Variant) -> list[set[str]]:
    """The passes that ``variant`` breaks, once for each reading that differs.

    A backward may be right by being the gradient of the reference's forward throughout, or of its
    own; or, read more kindly, of either from trial to trial. A corpus must not hang on which.
    """
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        target = variant.load()
        if variant.name in _TRIALS:
            numbered = enumerate(_TRIALS[variant.name])
            verdicts = [_judge_layer(target, variant.name, *trial) for trial in numbered]
        else:
            verdicts = list(_JUDGES[variant.name](target))
    forwards, as_reference, as_own = zip(*verdicts, strict=True)
    readings = []
    for right in (
        all(as_reference) or all(as_own),
        all(either or other for either, other in zip(as_reference, as_own, strict=True)),
    ):
        broken = (set() if all(forwards) else {"forward"}) | (set() if right else {"backward"})
        if broken not in readings:
            readings.append(broken)
    return readings


def _judge_layer(target: Any, name: str, seed: int, trial: _Trial) -> tuple[bool, bool, bool]:
    """Whether forward is right, and backward as the reference's or as its own forward's."""
    rng = np.random.default_rng(seed)
    x, earlier = (
        trial.make(rng.normal(size=trial.shape)).astype(trial.dtype),
        rng.normal(size=trial.shape).astype(trial.dtype),
    )
    reference = _REFERENCE[name](*trial.args)
    params = {key: rng.normal(size=value.shape) for key, value in reference.params.items()}

    def prepare(kind):
        rng = {"rng": seed} if name in ("Conv2d", "LocallyConnected2d", "Linear") else {}
        layer = kind(*trial.args, **rng)
        layer.forward(earlier.copy())  # nothing of an earlier call may stick
        if not trial.fresh:
            for key, value in params.items():
                layer.params[key] = value.copy()
        for key, value in trial.attributes.items():
            setattr(layer, key, np.full(trial.shape[1], value))
        if trial.evaluate:
            layer.eval()
        return layer

    def statistics(layer):
        return [getattr(layer, key) for key in ("running_mean", "running_var") if name == "BatchNorm"]

    reference = prepare(_REFERENCE[name])
    expected = [reference.forward(x) for _ in range(2)]
    grad_y = rng.normal(size=expected[0].shape).astype(trial.dtype)
    expected_grad = reference.backward(grad_y)
    try:
        layer, given = prepare(target), x.copy()
        results = [np.asarray(layer.forward(given)) for _ in range(2)]
        forward = (
            _same([*results, *statistics(layer)], [*expected, *statistics(reference)], trial.dtype)
            and {y.dtype for y in results} == {trial.dtype}
            and np.array_equal(given, x)
        )
        bystander, found = prepare(target), []
        for _ in range(2):
            y = layer.forward(x.copy())
            bystander.forward(earlier.copy())
            given = grad_y.copy()
            grad_x = np.asarray(layer.backward(given))
            found.append([grad_x, *(np.asarray(layer.grads[key]) for key in params)])
            if grad_x.dtype != trial.dtype or not np.array_equal(given, grad_y):
                return forward, False, False
    except Exception:
        return False, False, False
    wanted = [expected_grad, *(reference.grads[key] for key in params)]
    if trial.kinks and name in _FAIR_AT_KINKS:
        fair = [_FAIR_AT_KINKS[name](x, grad_y, grads[0]) for grads in found]
        return forward, all(fair), all(fair) or not forward
    if not all(_shapes(grads) == _shapes(wanted) for grads in found):
        return forward, False, False
    as_reference = all(_same(grads, wanted, trial.dtype) for grads in found)
    if forward:
        return forward, as_reference, as_reference
    if trial.dtype == np.float32:  # too coarse for differences, which other trials have seen to
        return forward, as_reference, True
    as_own = _same(found[0], found[1], trial.dtype) and np.shape(y) == grad_y.shape
    return forward, as_reference, as_own and _is_own_gradient(layer, x, params, grad_y, found[0])


def _is_own_gradient(layer: Any, x: Any, params: Any, grad_y: Any, grads: list[Any]) -> bool:
    """Whether ``grads`` are those of the layer's own forward, which must depend on everything."""
    rng = np.random.default_rng(0)
    if layer.params.keys() != params.keys():
        return False
    places = {"x": x, **{key: np.array(value) for key, value in layer.params.items()}}

    def loss(key, value):
        for other, setting in places.items():
            if other != "x":
                layer.params[other] = (value if other == key else setting).copy()
        return np.sum(grad_y * layer.forward((value if key == "x" else x).copy()))

    for (key, value), grad in zip(places.items(), grads, strict=True):
        slopes = []
        for _ in range(2):
            direction = rng.normal(size=value.shape)
            step = 1e-6 * direction
            slopes.append((loss(key, value + step) - loss(key, value - step)) / 2e-6)
            if not np.isclose(slopes[-1], np.sum(grad * direction), rtol=1e-5, atol=1e-6):
                return False
        if np.allclose(slopes, 0, atol=1e-8):
            return False
    return True


def _fair_slopes(lowest: float) -> Callable[..., bool]:
    """Slopes for x of either sign are ``lowest`` and 1; at 0 anything between is fair."""

    def fair(x, grad_y, grad_x):
        slopes = grad_x / grad_y
        wanted = np.where(x > 0, 1, lowest)
        between = (lowest - 1e-9 <= slopes) & (slopes <= 1 + 1e-9)
        return bool(np.all(np.where(x == 0, between, np.isclose(slopes, wanted))))

    return fair


def _fair_winners(x: Any, grad_y: Any, grad_x: Any) -> bool:
    """Whether in windows of 2×2 that tile the image the winners share the whole gradient."""

    def windows(images):
        n, channels, height, width = images.shape
        blocks = images.reshape(n, channels, height // 2, 2, width // 2, 2)
        return blocks.transpose(0, 1, 2, 4, 3, 5).reshape(*blocks.shape[:3], width // 2, 4)

    pixels, shares = windows(x), windows(grad_x) / grad_y[..., np.newaxis]
    losers = pixels < pixels.max(axis=-1, keepdims=True)
    return bool(
        np.all(shares[losers] == 0) and np.all(shares >= 0) and np.allclose(shares.sum(axis=-1), 1)
    )


_FAIR_AT_KINKS = {"ReLU": _fair_slopes(0), "Abs": _fair_slopes(-1), "MaxPool2d": _fair_winners}


def _judge_counts(*cases: tuple[tuple[Any, ...], int]) -> Callable[..., Any]:
    def judge(target):
        for args, expected in cases:
            yield _result_of(lambda args=args: target(*args)) == expected, True, True

    return judge


def _judge_correlation(name: str) -> Callable[..., Any]:
    oracle = getattr(scipy.signal, name)

    def judge(target):
        rng = np.random.default_rng(0)
        for (image, kernel), modes in (
            (((5, 7), (3, 2)), ("valid", "same", "full")),
            (((6, 5), (2, 3)), ("valid", "same", "full")),
            (((6, 7), (4, 3)), ("valid", "same", "full")),
            (((3, 3), (3, 3)), ("valid", "same", "full")),
            (((2, 3), (4, 5)), ("same", "full")),
        ):
            for dtype in (np.float64, np.float32):
                x, k = (rng.normal(size=size).astype(dtype) for size in (image, kernel))
                for mode in modes:
                    given = x.copy(), k.copy()
                    y = _result_of(lambda given=given, mode=mode: np.asarray(target(*given, mode)))
                    right = y is not None and y.dtype == dtype
                    right = right and _same([y, *given], [oracle(x, k, mode), x, k], dtype)
                    yield right, True, True

    return judge


def _logits() -> Iterator[tuple[Any, Any]]:
    rng = np.random.default_rng(0)
    for scale, shape, dtype in (
        (1.0, (4, 3), np.float64),
        (2.0, (2, 5), np.float64),
        (1e4, (4, 3), np.float64),
        (1.0, (3, 4), np.float32),
    ):
        logits = rng.normal(size=shape) * scale
        logits[0] += 3 * scale
        yield logits.astype(dtype), rng.integers(shape[1], size=shape[0])


def _judge_softmax(target: Any) -> Iterator[tuple[bool, bool, bool]]:
    for logits, _ in _logits():
        given = logits.copy()
        p = _result_of(lambda given=given: np.asarray(target(given)))
        expected = [scipy.special.softmax(logits, axis=1), logits]
        right = p is not None and p.dtype == logits.dtype
        yield right and _same([p, given], expected, logits.dtype), True, True


def _judge_loss(target: Any) -> Iterator[tuple[bool, bool, bool]]:
    for logits, labels in _logits():
        n, dtype = len(labels), logits.dtype
        one_hot = np.eye(logits.shape[1])[labels]
        log_p = scipy.special.log_softmax(logits.astype(np.float64), axis=1)
        loss, given = target(), (logits.copy(), labels.copy())

        def value(at, loss=loss, labels=labels):
            return _result_of(lambda: loss.forward(at, labels))

        found = value(given[0])
        right = np.ndim(found) == 0 and found is not None
        expected = -(log_p * one_hot).sum() / n
        right = right and _same([found, *given], [expected, logits, labels], dtype)
        value(logits[::-1].copy())
        value(logits.copy())
        grad = _result_of(lambda loss=loss: np.asarray(loss.backward()))
        if grad is None or grad.shape != logits.shape or grad.dtype != dtype:
            yield right, False, False
            continue
        as_reference = _same([grad], [(np.exp(log_p) - one_hot) / n], dtype)
        if right or dtype == np.float32 or np.abs(logits).max() > 100:
            yield right, as_reference, as_reference or (not right and bool(np.isfinite(grad).all()))
            continue
        slopes = []
        for direction in np.random.default_rng(1).normal(size=(2, *logits.shape)):
            ends = [value(logits + sign * 1e-6 * direction) for sign in (1, -1)]
            if any(np.ndim(end) or end is None for end in ends):
                break
            slopes.append(((ends[0] - ends[1]) / 2e-6, np.sum(grad * direction)))
        as_own = len(slopes) == 2 and np.allclose(*zip(*slopes, strict=True), rtol=1e-5, atol=1e-6)
        yield right, as_reference, as_own


class _Live(MutableMapping[str, Any]):
    """A view of many layers' arrays, named "0.weight" and so on."""

    def __init__(self, dicts):
        self.dicts = dicts

    def __getitem__(self, key):
        number, name = key.split(".")
        return self.dicts[int(number)][name]

    def __setitem__(self, key, value):
        number, name = key.split(".")
        self.dicts[int(number)][name] = value

    def __delitem__(self, key):
        raise TypeError("an optimizer has nothing to delete")

    def __iter__(self):
        return (f"{number}.{name}" for number, entries in enumerate(self.dicts) for name in entries)

    def __len__(self):
        return sum(map(len, self.dicts))


class _Network:
    """Two layers behind live views, each view made afresh."""

    def __init__(self):
        self.layers = [SimpleNamespace(params={}, grads={}) for _ in range(2)]

    @property
    def params(self):
        return _Live([layer.params for layer in self.layers])

    @property
    def grads(self):
        return _Live([layer.grads for layer in self.layers])


def _judge_optimizer(target: Any) -> Iterator[tuple[bool, bool, bool]]:
    shapes = {"weight": (2, 3), "bias": (2,)}
    for live in (False, True):
        for momentum in (0.0, 0.7):
            yield _follows(target, live, momentum, shapes), True, True


def _follows(target: Any, live: bool, momentum: float, shapes: dict[str, Any]) -> bool:
    """Whether a few steps lead where v ← momentum·v − lr·grad, param ← param + v does."""
    rng = np.random.default_rng(0)
    network = _Network() if live else SimpleNamespace(params={}, grads={})
    layers = network.layers if live else [network]
    arrays = {(n, key): rng.normal(size=shapes[key]) for n in range(len(layers)) for key in shapes}
    velocity = dict.fromkeys(arrays, 0.0)
    for (n, key), value in arrays.items():
        layers[n].params[key] = value.copy()
    try:
        optimizer = target(network, 0.1, momentum=momentum) if momentum else target(network, lr=0.1)
        for count in range(5):
            grads = {place: rng.normal(size=value.shape) for place, value in arrays.items()}
            for n, layer in enumerate(layers):
                layer.grads = {key: grads[n, key].copy() for key in shapes}
            if count == 3:  # somebody sets a weight in between
                arrays[0, "weight"] = rng.normal(size=shapes["weight"])
                layers[0].params["weight"] = arrays[0, "weight"].copy()
            optimizer.step()
            for place in arrays:
                velocity[place] = momentum * velocity[place] - 0.1 * grads[place]
                arrays[place] = arrays[place] + velocity[place]
            for (n, key), value in arrays.items():
                if not _same([layers[n].params[key]], [value], value.dtype):
                    return False
                if not np.array_equal(layers[n].grads[key], grads[n, key]):
                    return False
    except Exception:
        return False
    return True


_JUDGES: dict[str, Callable[[Any], Any]] = {
    "dense_parameters": _judge_counts(
        (((200, 200), 40_000), 1_600_000_000), (((3, 5, 7), 11), 1155), (((6,), 4), 24)
    ),
    "local_parameters": _judge_counts(
        ((1, 40_000, 10), 4_000_000), ((3, 7, (2, 5)), 210), ((2, 5, 3), 90)
    ),
    "conv_parameters": _judge_counts(
        ((1, 100, 10), 10_000), ((3, 7, (2, 5)), 210), ((2, 5, 3), 90)
    ),
    "correlate2d": _judge_correlation("correlate2d"),
    "convolve2d": _judge_correlation("convolve2d"),
    "softmax": _judge_softmax,
    "SoftmaxCrossEntropy": _judge_loss,
    "SGD": _judge_optimizer,
}
NAMES = {*_TRIALS, *_JUDGES}


def _result_of(call: Callable[[], Any]) -> Any:
    """What the learner's code returns, or None where it raises."""
    try:
        return call()
    except Exception:
        return None


def _shapes(arrays: list[Any]) -> list[tuple[int, ...]]:
    return [np.shape(array) for array in arrays]


def _same(found: list[Any], expected: list[Any], dtype: Any) -> bool:
    tolerance = _TOLERANCE[np.dtype(dtype)]
    return _shapes(found) == _shapes(expected) and all(
        np.allclose(one, other, rtol=tolerance, atol=tolerance)
        for one, other in zip(found, expected, strict=True)
    )
