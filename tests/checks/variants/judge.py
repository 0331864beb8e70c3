"""What a variant breaks, found without the checks: by SciPy, by the reference, by differences."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import numpy as np

from convkit.layers import activation, batchnorm, classifier, contrast, convolution, local, pooling

from . import Variant
from .comparing import Verdict, same, shapes
from .judge_functions import JUDGES
from .random_trials import random_trials
from .trials import TRIALS, Trial

NAMES = {*TRIALS, *JUDGES}
REFERENCE = {
    name: getattr(module, name)
    for module in (activation, batchnorm, classifier, contrast, convolution, local, pooling)
    for name in TRIALS
    if hasattr(module, name)
}


def readings(variant: Variant, more: int = 0) -> list[set[str]]:
    """The passes that ``variant`` breaks: read strictly first, most kindly last.

    A backward is right, strictly, if it is the gradient of the reference's forward in all trials,
    or in all of its own, and cannot be where forward raises. Kindly, each gradient of each trial
    may be either, and trials where forward raises say nothing of backward, if there are others.
    Layers are put through ``more`` trials than the known ones, drawn at random.
    """
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        target = variant.load()
        if variant.name in TRIALS:
            numbered = enumerate(random_trials(variant.name, more))
            verdicts = [_judge_layer(target, variant.name, *trial) for trial in numbered]
        else:
            verdicts = list(JUDGES[variant.name](target))
    strictly = all(v.as_reference for v in verdicts) or all(v.as_own for v in verdicts)
    said = [v.as_reference or v.as_own or v.mixed for v in verdicts if not v.silent]
    forward = set() if all(v.forward for v in verdicts) else {"forward"}
    return [
        forward | (set() if right else {"backward"})
        for right in (strictly, strictly or (bool(said) and all(said)))
    ]


def _judge_layer(target: Any, name: str, seed: int, trial: Trial) -> Verdict:
    """Whether forward is right, and backward as the reference's or as its own forward's."""
    rng = np.random.default_rng(seed)
    x = trial.make(rng.normal(size=trial.shape)).astype(trial.dtype)
    earlier = rng.normal(size=trial.shape).astype(trial.dtype)
    params = {
        key: rng.normal(size=value.shape)
        for key, value in REFERENCE[name](*trial.args).params.items()
    }

    def prepare(kind):
        options = {"rng": seed} if name in ("Conv2d", "LocallyConnected2d", "Linear") else {}
        layer = kind(*trial.args, **options)
        for before in (earlier, np.concatenate([earlier, earlier]), earlier):
            layer.forward(before.copy())  # nothing of an earlier call may stick
        if not trial.fresh:
            for key, value in params.items():
                layer.params[key] = value.copy()
        if trial.evaluate:
            layer.eval()
        for key, value in trial.attributes.items():
            setattr(layer, key, np.full(trial.shape[1], value))
        return layer

    reference = prepare(REFERENCE[name])
    expected = _forward_twice(reference, x.copy())
    grad_y = rng.normal(size=expected[0].shape).astype(trial.dtype)
    wanted = [reference.backward(grad_y), *(reference.grads[key] for key in params)]
    try:
        layer, given = prepare(target), x.copy()
        found = _forward_twice(layer, given)
        forward = (
            same(found, expected, trial.dtype)
            and {y.dtype.type for y in found[:2]} == {trial.dtype}
            and np.array_equal(given, x)
        )
    except Exception:
        return Verdict(False, False, False, silent=True)
    if trial.fresh:  # the other trials see to backward, at weights that hide nothing
        return Verdict(forward, True, True, silent=True)
    try:
        bystander = prepare(target)
        gradients = []
        for forward_first in (True, True, False):
            if forward_first:
                layer.forward(x.copy())
            bystander.forward(earlier.copy())
            given = grad_y.copy()
            gradients.append([np.array(layer.backward(given))])
            gradients[-1] += [np.array(layer.grads[key]) for key in params]
            if gradients[-1][0].dtype != trial.dtype or not np.array_equal(given, grad_y):
                return Verdict(forward, False, False)
    except Exception:
        return Verdict(forward, False, False)
    if trial.kinks and name in _FAIR_AT_KINKS:
        fair = all(_FAIR_AT_KINKS[name](x, grad_y, grads[0]) for grads in gradients)
        return Verdict(forward, fair, fair or not forward)
    if not all(shapes(grads) == shapes(wanted) for grads in gradients):
        return Verdict(forward, False, False)
    one_by_one = list(zip(*gradients, wanted, strict=True))
    as_reference = [same(found, [right] * 3, trial.dtype) for *found, right in one_by_one]
    if all(as_reference) and forward:
        return Verdict(True, True, True)
    if trial.dtype == np.float32:  # too coarse for differences, which other trials have seen to
        return Verdict(forward, all(as_reference), not forward)
    repeated = [same([one] * 2, [*more], trial.dtype) for one, *more, _ in one_by_one]
    own = _are_own_gradients(layer, x, params, grad_y, gradients[0])
    as_own = [both and mine for both, mine in zip(repeated, own, strict=True)]
    mixed = all(one or other for one, other in zip(as_reference, as_own, strict=True))
    return Verdict(forward, all(as_reference), all(as_own), mixed)


def _forward_twice(layer: Any, x: Any) -> list[Any]:
    """The results of two calls, and the running statistics where the layer has any."""
    names = [name for name in ("running_mean", "running_var") if hasattr(layer, name)]
    results = [np.array(layer.forward(x)) for _ in range(2)]
    return results + [np.array(getattr(layer, name)) for name in names]


def _are_own_gradients(layer: Any, x: Any, params: Any, grad_y: Any, grads: Any) -> list[bool]:
    """Whether each of ``grads`` is that of the layer's own forward, which must depend on it."""
    rng = np.random.default_rng(0)
    if layer.params.keys() != params.keys():
        return [False] * len(grads)
    places = {"x": x, **{key: np.array(layer.params[key]) for key in params}}

    def loss(key, value):
        """<grad_y, y>, or NaN where y has another shape."""
        for other, setting in places.items():
            if other != "x":
                layer.params[other] = (value if other == key else setting).copy()
        y = layer.forward((value if key == "x" else x).copy())
        return np.sum(grad_y * y) if np.shape(y) == grad_y.shape else np.nan

    own = []
    for (key, value), grad in zip(places.items(), grads, strict=True):
        directions = rng.normal(size=(2, *value.shape))
        slopes = [
            (loss(key, value + 1e-6 * direction) - loss(key, value - 1e-6 * direction)) / 2e-6
            for direction in directions
        ]
        claimed = [np.sum(grad * direction) for direction in directions]
        depends = not np.allclose(slopes, 0, atol=1e-8)
        own.append(depends and np.allclose(slopes, claimed, rtol=1e-5, atol=1e-6))
    return own


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
