"""Judges of what is not a layer: counts, correlations, softmax and loss, the optimizer.

Each yields, for every case, whether forward is right, and whether backward, where there is one, is
the gradient of the true function and that of the own forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.signal
import scipy.special

from .comparing import Verdict, same


def _judge_counts(*cases: tuple[tuple[Any, ...], int]) -> Callable[..., Any]:
    def judge(target):
        for args, expected in cases:
            yield Verdict(_result_of(lambda args=args: target(*args)) == expected, True, True)

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
            (((6, 4), (1, 3)), ("valid", "same", "full")),
            (((5, 4), (4, 1)), ("valid", "same", "full")),
            (((3, 6), (5, 2)), ("same", "full")),
            (((6, 3), (2, 4)), ("same", "full")),
            (((4, 5), (1, 1)), ("valid", "same", "full")),
        ):
            for dtype in (np.float64, np.float32):
                x, k = (rng.normal(size=size).astype(dtype) for size in (image, kernel))
                for mode in modes:
                    given = x.copy(), k.copy()
                    y = _result_of(lambda given=given, mode=mode: np.asarray(target(*given, mode)))
                    right = y is not None and y.dtype == dtype
                    right = right and same([y, *given], [oracle(x, k, mode), x, k], dtype)
                    yield Verdict(right, True, True)

    return judge


def _logits() -> Iterator[tuple[Any, Any]]:
    rng = np.random.default_rng(0)
    for scale, shape, dtype in (
        (1.0, (4, 3), np.float64),
        (2.0, (2, 5), np.float64),
        (1e4, (4, 3), np.float64),
        (1.0, (3, 4), np.float32),
        (1.0, (1, 5), np.float64),
        (3.0, (7, 2), np.float64),
    ):
        logits = rng.normal(size=shape) * scale
        logits[0] += 3 * scale
        yield logits.astype(dtype), rng.integers(shape[1], size=shape[0])


def _judge_softmax(target: Any) -> Iterator[Verdict]:
    for logits, _ in _logits():
        given = logits.copy()
        p = _result_of(lambda given=given: np.asarray(target(given)))
        expected = [scipy.special.softmax(logits, axis=1), logits]
        right = p is not None and p.dtype == logits.dtype
        yield Verdict(right and same([p, given], expected, logits.dtype), True, True)


def _judge_loss(target: Any) -> Iterator[Verdict]:
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
        right = right and same([found, *given], [expected, logits, labels], dtype)
        value(logits[::-1].copy())
        value(logits.copy())
        grad = _result_of(lambda loss=loss: np.asarray(loss.backward()))
        if grad is None or grad.shape != logits.shape or grad.dtype != dtype:
            yield Verdict(right, False, False)
            continue
        as_reference = same([grad], [(np.exp(log_p) - one_hot) / n], dtype)
        if right or dtype == np.float32 or np.abs(logits).max() > 100:
            as_own = as_reference or (not right and bool(np.isfinite(found).all()))
            yield Verdict(right, as_reference, as_own)
            continue
        slopes = []
        for direction in np.random.default_rng(1).normal(size=(2, *logits.shape)):
            ends = [value(logits + sign * 1e-6 * direction) for sign in (1, -1)]
            if any(np.ndim(end) or end is None for end in ends):
                break
            slopes.append(((ends[0] - ends[1]) / 2e-6, np.sum(grad * direction)))
        as_own = len(slopes) == 2 and np.allclose(*zip(*slopes, strict=True), rtol=1e-5, atol=1e-6)
        yield Verdict(right, as_reference, as_own)


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


def _judge_optimizer(target: Any) -> Iterator[Verdict]:
    shapes = {"weight": (2, 3), "bias": (2,)}
    for live in (False, True):
        for momentum in (0.0, 0.7):
            yield Verdict(_follows(target, live, momentum, shapes), True, True)


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
                if not same([layers[n].params[key]], [value], value.dtype):
                    return False
                if not np.array_equal(layers[n].grads[key], grads[n, key]):
                    return False
    except Exception:
        return False
    return True


JUDGES: dict[str, Callable[[Any], Any]] = {
    "dense_parameters": _judge_counts(
        (((200, 200), 40_000), 1_600_000_000), (((3, 5, 7), 11), 1155), (((6,), 4), 24)
    ),
    "local_parameters": _judge_counts(
        ((1, 40_000, 10), 4_000_000),
        ((3, 7, (2, 5)), 210),
        ((2, 5, 3), 90),
        ((4, 1, (6, 3)), 72),
    ),
    "conv_parameters": _judge_counts(
        ((1, 100, 10), 10_000), ((3, 7, (2, 5)), 210), ((2, 5, 3), 90), ((4, 1, (6, 3)), 72)
    ),
    "correlate2d": _judge_correlation("correlate2d"),
    "convolve2d": _judge_correlation("convolve2d"),
    "softmax": _judge_softmax,
    "SoftmaxCrossEntropy": _judge_loss,
    "SGD": _judge_optimizer,
}


def _result_of(call: Callable[[], Any]) -> Any:
    """What the learner's code returns, or None where it raises."""
    try:
        return call()
    except Exception:
        return None
