"""What can be said of a `SoftmaxCrossEntropy` that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.checks.classifier import LARGE, MODERATE, SMALL
from convkit.checks.look import View, close, look
from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.classifier.loss import LOGITS, log_p, right_ones, with_loss
from convkit.checks.misconceptions.classifier.loss_backward import with_gradient
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.marks import Marks, Wrong, enter_marks
from convkit.checks.properties import Situation
from convkit.layers import Array, softmax


def _large_only(asked: str) -> Mark:
    """Right for moderate logits, and wrong only for large ones."""

    def mark(quantity: str, situations: Sequence[Situation]) -> bool:
        if quantity != asked:
            return False
        views = look(quantity, situations).views
        traits = [(view.wrong, set(view.case.traits)) for view in views]
        return any(not wrong and MODERATE in t for wrong, t in traits) and not any(
            wrong and not t & {LARGE, SMALL} for wrong, t in traits
        )

    return mark


_FLOORS: dict[str, Callable[[Array, float], Array]] = {
    "added to p": lambda p, floor: p + floor,
    "the least that p can be": np.maximum,
    "how close p may come to 0 and to 1": lambda p, floor: np.clip(p, floor, 1 - floor),
}


def _floored(wrong: Wrong) -> str | bool:
    """−log of p, kept away from 0 by one small number; says by which."""
    losses = [float(got) for _, got in wrong]
    chosen = [right_ones(softmax(view.case.x), view.case.arguments[0]) for view, _ in wrong]
    worst = int(np.argmin([p.min() for p in chosen]))
    for words, kept in _FLOORS.items():
        low, high = -40.0, -1.0
        for _ in range(60):
            middle = (low + high) / 2
            too_low = -np.log(kept(chosen[worst], 10**middle)).mean() > losses[worst]
            low, high = (middle, high) if too_low else (low, middle)
        found = [-np.log(kept(p, 10**low)).mean() for p in chosen]
        if np.allclose(found, losses, rtol=1e-5):
            return f"Here {10**low:.1g} is {words}."
    return False


def _factor(wrong: Wrong) -> str | bool:
    """One factor for all cases, or one that is known; a number alone cannot tell."""
    pairs = [(float(got), float(view.right)) for view, got in wrong if view.right]
    ratios = np.array([got / right for got, right in pairs])
    if len(ratios) < 2 or len(ratios) < len(wrong):
        return False
    shapes = np.array([view.case.x.shape for view, _ in wrong], float)
    sizes = {
        "the number of samples": shapes[:, 0],
        "the number of classes": shapes[:, 1],
        "the number of logits": shapes.prod(axis=1),
        "samples over classes": shapes[:, 0] / shapes[:, 1],
    }
    for words, size in sizes.items():
        for power, how in ((1, "times"), (-1, "divided by")):
            if np.allclose(ratios, size**power, rtol=1e-6):
                return f"Here it is the right one {how} {words}."
    return bool(np.allclose(ratios, ratios[0], rtol=1e-6))


def _summand(wrong: Wrong) -> bool:
    differences = [float(got - view.right) for view, got in wrong]
    return len(differences) > 1 and bool(np.allclose(differences, differences[0], rtol=1e-6))


def _right_alone(quantity: str, situations: Sequence[Situation]) -> bool:
    """A batch of one is right, and every wrong one is of several."""
    if quantity != "y":
        return False
    views = look(quantity, situations).views
    return any(not view.wrong and len(view.case.x) == 1 for view in views) and all(
        len(view.case.x) > 1 for view in views if view.wrong
    )


def _wrong_alone(wrong: Wrong) -> bool:
    return any(len(view.case.x) == 1 for view, _ in wrong)


def _parts(view: View, got: Array) -> tuple[Array, Array] | None:
    """The factors of p and of the 1 at the right class for each sample; right are 1 and −1."""
    (labels,), p = view.case.arguments, softmax(view.case.x)
    factors = []
    for row, shares_of_classes, label in zip(got, p, labels, strict=True):
        one = np.zeros_like(row)
        one[label] = 1
        found = shares(row * len(got), shares_of_classes, one)
        if found is None:
            return None
        factors.append(found)
    first, second = np.array(factors).T
    return first, second


def _moderate(wrong: Wrong) -> Wrong:
    """Two numbers are too few to tell the parts of a gradient apart."""
    return [
        (view, got)
        for view, got in wrong
        if MODERATE in view.case.traits and view.case.x.shape[1] > 2
    ]


def _which_part(wrong: Wrong) -> str | None:
    """The part that is wrong in all moderate cases."""
    found = set()
    for view, got in _moderate(wrong):
        parts = _parts(view, got)
        if parts is None:
            return None
        of_p, of_one = parts
        p_right = np.allclose(of_p, 1, rtol=1e-5)
        one_right = np.allclose(of_one, -1, rtol=1e-5)
        if p_right or one_right:
            found.add("label" if p_right else "p")
        elif np.allclose(of_p, -of_one, rtol=1e-5, atol=1e-7):
            found.add("scale" if same(float(np.ptp(of_p)), 0.0) else "samples")
        else:
            found.add("both")
    return found.pop() if len(found) == 1 else None


def _part(which: str) -> Any:
    return lambda wrong: _which_part(wrong) == which


def _other_class(wrong: Wrong) -> bool:
    """p less a 1 at some class of each row, and not at the right one."""
    cases = _moderate(wrong)
    for view, got in cases:
        ones = softmax(view.case.x) - got * len(got)
        if not close(np.sort(ones, axis=1), np.eye(got.shape[1])[[-1] * len(got)]).all():
            return False
    return bool(cases)


def _zero_sums(wrong: Wrong) -> bool:
    cases = _moderate(wrong)
    return bool(cases) and all(close(got.sum(axis=1), np.zeros(len(got))).all() for _, got in cases)


def _any(wrong: Wrong) -> bool:
    return True


def _large_example(loss: Any, right: Array) -> Array:
    return np.where(np.abs(loss.logits).max() > 500, 0.5 * right, right).astype(right.dtype)


def _unlike(right: Array) -> Array:
    return (right * (1 + np.arange(len(right)))[:, np.newaxis]).astype(right.dtype)


_FLOOR: Marks = {
    "forward-logarithm-floored": (
        "A small number stands in for a vanished probability",
        "something like 1e-12 is added to p, or p is clipped there, before the logarithm: however "
        "wrong the network is, the loss stops growing",
        "What is the loss for the logits 0 and 10,000 if the first class is right?",
        _floored,
        with_loss(
            lambda logits, labels, loss: -np.log(right_ones(softmax(logits), labels) + 1e-12).mean()
        ),
    ),
}

_Y: Marks = {
    "forward-factor": (
        "The loss is off by a factor",
        "the loss is the right one, but multiplied with something or divided by something",
        "By how many numbers does your mean divide? Divide your loss by the right one.",
        _factor,
        with_loss(lambda logits, labels, loss: 0.3 * loss),
    ),
    "forward-summand": (
        "A number is added to the loss",
        "the loss is off by the same amount in every batch",
        "What is your loss when the right class has probability 1? What should it be?",
        _summand,
        with_loss(lambda logits, labels, loss: loss + 0.3),
    ),
    "forward-single-sample": (
        "A single sample's loss is wrong",
        "even for a batch of one sample, the loss is not −log p of the right class",
        "Two classes with equal logits: what is the loss, by hand? And by your code?",
        _wrong_alone,
        with_loss(
            lambda logits, labels, loss: (
                np.sqrt(1 + right_ones(log_p(logits), labels) ** 2).mean() - 0.9
            )
        ),
    ),
}

_TOGETHER: Marks = {
    "forward-large": (
        "For large logits the loss goes wrong",
        "the loss is right for moderate logits; with large ones a power overflows, a probability "
        "vanishes, or something that should keep them in bounds changes them",
        "Print what your code computes, step by step, for the logits 0 and 10,000.",
        _large_only("y"),
        with_loss(lambda logits, labels, loss: loss if np.abs(logits).max() < 500 else 0.9 * loss),
    ),
    "forward-together": (
        "The samples' losses do not come together as a mean",
        "the loss of a single sample is right, but not that of several: some count more than "
        "others, or the sum is divided by another number",
        "Each sample counts as much as every other. How does a mean come about?",
        _right_alone,
        with_loss(
            lambda logits, labels, loss: np.average(
                -right_ones(log_p(logits), labels), weights=1 + np.arange(len(labels))
            )
        ),
    ),
    "backward-large": (
        "For large logits the gradient goes wrong",
        "the gradient is right for moderate logits; with large ones a power overflows, or "
        "something that should keep them in bounds changes them",
        "Print what backward works with for the logits 0 and 10,000.",
        _large_only("grad_logits"),
        with_gradient(_large_example),
    ),
}

_X: Marks = {
    "backward-label-part": (
        "What is subtracted for the right class is not right",
        "the probabilities enter as they should, as p/N, but the 1/N at the right class does not",
        "What must the gradient be when the right class has probability 1?",
        _part("label"),
        with_gradient(lambda loss, right: right + 0.3 * loss.one_hot / len(right)),
    ),
    "backward-p-part": (
        "The probabilities do not enter as they should",
        "the 1/N at the right class is right, but the probabilities have another factor than 1/N",
        "What must the gradient be at a class with probability 0.3 that is not the right one?",
        _part("p"),
        with_gradient(lambda loss, right: right + 0.3 * loss.p / len(right)),
    ),
    "backward-scale": (
        "The gradient is off by a factor",
        "the gradient is that of the right loss, but multiplied or divided by something",
        "By how many numbers does the mean in the loss divide? And your gradient?",
        _part("scale"),
        with_gradient(lambda loss, right: 0.3 * right),
    ),
    "backward-samples": (
        "The samples do not count alike",
        "each row of the gradient is right up to a factor, but not the same one for all samples",
        "By what is each row divided? Does it depend on the row?",
        _part("samples"),
        with_gradient(lambda loss, right: _unlike(right)),
    ),
    "backward-two-parts": (
        "Neither of the two parts enters as it should",
        "the gradient is made of the probabilities and of a 1 at the right class, but neither is "
        "divided by N alone",
        "(p − 1)/N at the right class, p/N elsewhere: which of your lines makes which part?",
        _part("both"),
        with_gradient(lambda loss, right: 0.3 * loss.p - 0.7 * loss.one_hot),
    ),
    "backward-other-class": (
        "1 is subtracted at another class",
        "in some rows the 1 is taken from a class that is not the label's",
        "Which column of row n does your index pick? Which one does labels[n] name?",
        _other_class,
        with_gradient(
            lambda loss, right: (
                (loss.p - np.roll(loss.one_hot, 1, axis=0)[:, ::-1]) / len(right)
            ).astype(right.dtype)
        ),
    ),
    "backward-zero-sums": (
        "It is a gradient along the logits, but of another loss",
        "each row sums to 0, as it should, but it is not p less a 1 at the right class",
        "What is the gradient for a single sample with equal logits? Work it out by hand.",
        _zero_sums,
        with_gradient(lambda loss, right: right * loss.p - (right * loss.p).mean(1)[:, None]),
    ),
    "backward-no-gradient": (
        "The rows of the gradient do not sum to 0",
        "the gradient is not made of the probabilities and a 1 at the right class: adding a number "
        "to all logits of a row does not change the loss, and this gradient says it does",
        "What do the numbers of a row of p sum to? And with 1 taken away at one class?",
        _any,
        with_gradient(lambda loss, right: right + 0.1 * loss.p**2),
    ),
}

enter_marks("SoftmaxCrossEntropy", LOGITS, _FLOOR, "y")
enter_marks("SoftmaxCrossEntropy", LOGITS, _TOGETHER)
enter_marks("SoftmaxCrossEntropy", LOGITS, _Y, "y")
enter_marks("SoftmaxCrossEntropy", LOGITS, _X, "grad_logits")
