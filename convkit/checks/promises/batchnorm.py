"""What `BatchNorm` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.judging.judges import RESULT, SHAPE, VALUES
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Behaviour, Case, Trial
from convkit.checks.observing.foreign_code import LearnerError, Output, WrongResult, as_array, run
from convkit.checks.observing.probes import probes
from convkit.checks.observing.quantity import Quantity, Y, first_params
from convkit.checks.observing.recording import LayerObserver, Probe
from convkit.checks.promises.case_numbers import decimals, different_sizes, holding
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.promises.every_layer import backward_properties, forward_properties
from convkit.layers import Array, BatchNorm

TRAINING = "the layer is in training"
EVALUATION = "the layer is in evaluation"

_MEAN, _VARIANCE = Quantity("running_mean"), Quantity("running_var")
_STATISTICS = (_MEAN, _VARIANCE)
_TWO_BATCHES = tuple(each._replace(given="of two batches") for each in _STATISTICS)
_USED, _BACK = Quantity("y in evaluation"), Quantity("y in training again")


def _case(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    *,
    eps: float | None = None,
    momentum: float | None = None,
    evaluate: bool = False,
    running: bool = False,
    constant: bool = False,
    dark: bool = False,
) -> Case:
    """A layer in one of its modes, perhaps with ``running`` statistics set beforehand.

    ``constant``: the first channel holds one number only. ``dark``: the last γ is 0.
    """
    channels = shape[1]
    settings = {"eps": eps, "momentum": momentum}
    options: dict[str, Any] = {k: value for k, value in settings.items() if value is not None}
    call = ", ".join([str(channels), *(f"{k}={value}" for k, value in options.items())])
    wide = (channels, *[1] * (len(shape) - 2))
    x = decimals(rng, *shape) * (1.0 + rng.integers(0, 3, wide)) + rng.integers(-3, 4, wide)
    if constant:
        x[:, 0] = 2.5
    said = [EVALUATION if evaluate else TRAINING]
    if running:
        options["running_mean"] = decimals(rng, channels) + 1
        options["running_var"] = np.abs(decimals(rng, channels)) + 0.5
        said.append("its running statistics have been set")
    if constant:
        said.append("one channel is constant")
    gamma = decimals(rng, channels) + 1.5
    if dark:
        gamma[-1] = 0
        said.append("a γ is 0")
    traits = {
        "x is (N, C)": len(shape) == 2,
        "x is (N, C, H, W)": len(shape) == 4,
        "the batch is a single sample": shape[0] == 1,
        "there is a single channel": channels == 1,
        "eps is not small": eps is not None and eps > 0.01,
        "the momentum is given": momentum is not None,
        "the momentum is 0": momentum == 0,
    }
    return Case(
        words=f"BatchNorm({call}), x of shape {shape}; {', '.join(said)}",
        traits=[*said, *holding(traits)],
        arguments=(channels,),
        options={"evaluate": evaluate, **options},
        x=x,
        params={"gamma": gamma, "beta": decimals(rng, channels)},
        grad_y=decimals(rng, *shape),
    )


def _cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    case = partial(_case, rng)
    return [
        case((3, 2, 4, 5), momentum=0.3),
        case((5, 3)),
        case((4, 3, 2, 5), eps=0.5, momentum=0.25, running=True),
        case((2, 4, 3, 5), eps=0.2, evaluate=True, running=True),
        case((6, 2), evaluate=True, dark=True),
        case((1, 3), momentum=0.4, evaluate=True, running=True),
        case((7, 2), eps=0.1, momentum=0.0, constant=True),
        case((1, 3, 2, 4), momentum=0.0, dark=True),
        case((2, 3, 4, 5), eps=0.3, momentum=0.2, evaluate=True, constant=True),
        case((4, 1), eps=0.2, running=True),
        case((3, 1, 2, 4), evaluate=True),
    ]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Few layers of any sizes that together show every trait twice."""
    return covering([_draw_case(rng) for _ in range(60)])


def _draw_case(rng: np.random.Generator) -> Case:
    """A constant channel has an eps that is not small: otherwise its slopes are too steep."""
    evaluate, running, small, constant, left_out = (bool(n) for n in rng.integers(2, size=5))
    shape = different_sizes(rng, (2, 4)[rng.integers(2)], 1, 6)
    while not evaluate and shape[0] == 1 and len(shape) == 2:
        shape = different_sizes(rng, 2, 1, 6)
    eps, momentum = (round(float(number), 2) for number in rng.uniform(0.05, 0.6, 2))
    if not evaluate and not rng.integers(3):
        momentum = 0.0
    return _case(
        rng,
        shape,
        eps=None if small else eps,
        momentum=None if left_out and momentum else momentum,
        evaluate=evaluate,
        running=running,
        constant=constant and not small,
        dark=shape[1] > 1 and not rng.integers(3),
    )


def make(
    target: Any,
    *arguments: Any,
    evaluate: bool,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    **options: Any,
) -> Any:
    """The layer in its mode; the statistics are set last, as nobody promises to set them first."""
    layer = target(*arguments, **options)
    if evaluate:
        layer.eval()
    if running_mean is not None and running_var is not None:
        layer.running_mean, layer.running_var = running_mean.copy(), running_var.copy()
    return layer


def _record_statistics(trial: Trial, output: Output) -> None:
    if isinstance(trial.behaviour.get(Y), np.ndarray):
        _record(trial.layer, trial.behaviour, output, _STATISTICS)


def _record(
    layer: Any, behaviour: Behaviour, output: Output, statistics: Sequence[Quantity]
) -> None:
    for each in statistics:
        try:
            behaviour[each] = run(partial(_look_up, layer, each.what), output=output)
        except WrongResult as error:
            behaviour[each] = error
        except LearnerError as error:
            behaviour[each] = WrongResult(error.type_name, f"{each.what} is missing.")


def _look_up(layer: Any, name: str) -> Array:
    return as_array(getattr(layer, name), name)


def _switch_modes(observer: LayerObserver, trial: Trial) -> None:
    """Two batches in training, another layer's between them; evaluation, training again."""
    case, other = trial.case, observer.companion(trial.case)
    layer = observer.make(case, case.params)
    observer.forward(layer, case.x.copy("K"))
    with suppress(LearnerError):  # its case is judged by itself
        observer.forward(observer.make(other, other.params), other.x.copy())
    observer.forward(layer, 2 * case.x[::-1] + 1)
    _record(layer, trial.behaviour, observer.output, _TWO_BATCHES)
    for quantity, mode in ((_USED, "eval"), (_BACK, "train")):
        observer.ask(lambda mode=mode: getattr(layer, mode)())  # type: ignore[misc]
        trial.behaviour[quantity] = observer.forward(layer, case.x.copy("K"))


def _of_other_company(x: Array) -> Array:
    """Other numbers, feature maps where x is a table and the other way round."""
    if x.ndim == 2:
        return 0.5 - np.stack([x, 2 * x], axis=2)[..., np.newaxis]
    return 0.5 - np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def _switched(case: Case) -> Sequence[Quantity]:
    return () if EVALUATION in case.traits else (*_TWO_BATCHES, _USED, _BACK)


def _statistics(
    name: str,
    sentence: str,
    quantities: tuple[Quantity, ...],
    where: str | None = None,
    requires: tuple[str, ...] = ("values", "statistics"),
) -> Property:
    return Property(name, sentence, "forward", quantities, RESULT, requires, where)


_PROPERTIES = [
    *forward_properties(
        "y should be γ·x̂ + β, where x̂ is x normalised: in training with the mean and variance of "
        "this batch, in evaluation with the running ones.",
        ("gamma", "beta"),
    ),
    Property(
        "starts at 1 and 0",
        "A new layer should have γ = 1 and β = 0.",
        "forward",
        (first_params("gamma"), first_params("beta")),
        VALUES,
        ("parameters",),
    ),
    Property(
        "statistics",
        "The layer should have running_mean and running_var, one number for each channel.",
        "forward",
        _STATISTICS,
        SHAPE,
        ("shape",),
    ),
    _statistics(
        "running mean",
        "In training running_mean should become (1 − momentum)·running_mean + momentum·mean.",
        (_MEAN,),
        TRAINING,
    ),
    _statistics(
        "running variance",
        "In training running_var should become (1 − momentum)·running_var + momentum·variance, "
        "with the unbiased variance Σ (x − mean)² / (m − 1).",
        (_VARIANCE,),
        TRAINING,
    ),
    _statistics(
        "left alone",
        "In evaluation the running statistics should stay as they are.",
        _STATISTICS,
        EVALUATION,
    ),
    _statistics(
        "batch after batch",
        "Every batch in training should move the running statistics once more.",
        _TWO_BATCHES,
        requires=("running mean", "running variance"),
    ),
    _statistics(
        "modes",
        "eval() should switch to the running statistics, train() back to those of the batch.",
        (_USED, _BACK),
        requires=("batch after batch", "repeatable"),
    ),
    *backward_properties(("gamma", "beta")),
]

CONCEPTS: dict[str, Concept] = {
    "BatchNorm": LayerConcept(
        "BatchNorm",
        BatchNorm,
        _PROPERTIES,
        _cases,
        _draw,
        probes=probes(
            Probe(_switched, _switch_modes), first=_of_other_company, same_in_evaluation=False
        ),
        independent_samples=False,
        record=_record_statistics,
        make=make,
    ),
}
