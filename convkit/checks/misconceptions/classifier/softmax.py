"""Wrong `softmax` functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, softmax

LOGITS = ("06-classification", "Logits, probabilities, loss, gradient")


def _shares(values: Array, axis: int | None = 1) -> Array:
    shares: Array = values / values.sum(axis=axis, keepdims=axis is not None)
    return shares


def _shifted(shift: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda logits: _shares(np.exp(logits - shift(logits)))


def _in_place(logits: Array) -> Array:
    logits -= logits.max(axis=1, keepdims=True)
    return softmax(logits)


def _powers_in_place(logits: Array) -> Array:
    result = softmax(logits)
    np.exp(logits - logits.max(axis=1, keepdims=True), out=logits)
    return result


def _divided_in_place(logits: Array) -> Array:
    logits[:] = softmax(logits)
    return logits


def _one_sample(logits: Array) -> Array:
    result = np.zeros_like(logits)
    result[0] = softmax(logits)[0]
    return result


_TABLE: Table = {
    "not-shifted": (
        "Large logits overflow",
        "e^a is taken of the logits as they are: from 710 on it is infinity, and infinity over "
        "infinity is not a number",
        "Adding the same number to all logits of a row changes nothing. Which number would help?",
        lambda logits: _shares(np.exp(logits)),
    ),
    "shift-of-all": (
        "One shift is used for all rows",
        "the largest logit of the whole batch is subtracted: a row that lies far below it becomes "
        "all zeros, and 0/0 is not a number",
        "Whose largest logit has to be subtracted from a row?",
        _shifted(lambda logits: logits.max()),
    ),
    "shift-over-the-batch": (
        "The shift is taken over the wrong axis",
        "from each logit the largest of its class is subtracted, over the samples, which changes "
        "the row's proportions",
        "Which axis are the classes on?",
        _shifted(lambda logits: logits.max(axis=0)),
    ),
    "shift-too-small": (
        "The shift does not reach the largest logit",
        "the mean or the smallest logit is subtracted, and the largest may still overflow",
        "After the shift, how large may the largest logit be?",
        _shifted(lambda logits: logits.mean(axis=1, keepdims=True)),
        _shifted(lambda logits: logits.min(axis=1, keepdims=True)),
    ),
    "clipped": (
        "Large logits are clipped",
        "logits are cut off at some size so that e^a stays finite: two large ones become equal",
        "Which of two logits, 2000 and 1000, should win? Which wins in your code?",
        lambda logits: softmax(np.clip(logits, -500, 500)),
        lambda logits: softmax(np.clip(logits, -100, 100)),
        lambda logits: softmax(np.clip(logits, -700, 700)),
        lambda logits: softmax(np.minimum(logits, 700)),
    ),
    "over-the-batch": (
        "The probabilities sum to 1 over the samples",
        "the sum runs over the batch: for each class the samples compete with one another",
        "Which sum must be 1: that of a row, or that of a column?",
        lambda logits: softmax(logits.T).T,
    ),
    "over-everything": (
        "The probabilities of the whole batch sum to 1",
        "the sum has no axis, and runs over all samples and classes",
        "What does `.sum()` give without an axis?",
        lambda logits: _shares(np.exp(logits - logits.max()), axis=None),
        lambda logits: _shares(np.exp(logits), axis=None),
        lambda logits: _shares(np.exp(logits - logits.max(axis=1, keepdims=True)), axis=None),
    ),
    "not-normalised": (
        "The powers are not divided by their sum",
        "what comes out is e^a, or e^(a − the largest), and nothing is divided by the row's sum",
        "What must the numbers of a row sum to?",
        lambda logits: np.exp(logits),
        lambda logits: np.exp(logits - logits.max(axis=1, keepdims=True)),
    ),
    "no-powers": (
        "The logits are divided by their sum",
        "there is no e^a: shares of the logits themselves can be negative, or above 1",
        "Logits may be negative. Which function makes them positive?",
        lambda logits: _shares(logits),
        lambda logits: _shares(np.abs(logits)),
        lambda logits: _shares(logits - logits.min(axis=1, keepdims=True)),
    ),
    "negated": (
        "The smallest logit wins",
        "e^−a is used in place of e^a",
        "Which class should get the largest probability?",
        lambda logits: softmax(-logits),
    ),
    "other-base": (
        "The powers are those of another number than e",
        "2^a or 10^a is used in place of e^a",
        "Which function is np.exp, and which np.exp2?",
        lambda logits: softmax(logits * np.log(2).astype(logits.dtype)),
        lambda logits: softmax(logits * np.log(10).astype(logits.dtype)),
    ),
    "logarithm": (
        "The logarithm of the probabilities is returned",
        "the result is log p: negative numbers, as the loss needs them later on",
        "Can a probability be negative?",
        lambda logits: _log_softmax(logits),
    ),
    "largest-only": (
        "The largest logit gets everything",
        "the class with the largest logit gets 1 and the others 0, as argmax would have it",
        "How sure should a unit be if all logits are equal?",
        lambda logits: (logits == logits.max(axis=1, keepdims=True)).astype(logits.dtype),
    ),
    "sigmoid": (
        "Each logit goes through a sigmoid of its own",
        "1 / (1 + e^−a) looks at one class at a time, so the rows do not sum to 1",
        "Do the classes know of one another in your formula?",
        lambda logits: np.reciprocal(1 + np.exp(-logits)),
    ),
    "euclidean": (
        "The powers are divided by their length",
        "the squares of the result sum to 1, and not the numbers themselves",
        "What must the numbers of a row sum to?",
        lambda logits: _to_length_one(np.exp(logits - logits.max(axis=1, keepdims=True))),
    ),
    "twice": (
        "softmax is applied twice",
        "the probabilities go through softmax once more, which makes them nearly equal",
        "What happens to a probability of 1 in your code?",
        lambda logits: softmax(softmax(logits)),
    ),
    "transposed": (
        "The result is transposed",
        "each sample is a column of the result, where it should be a row",
        "Samples come first. What is the shape of the result?",
        lambda logits: softmax(logits).T,
    ),
    "one-sample": (
        "Only the first sample is computed",
        "the first row is right and the others are never written",
        "Is the `return` inside the loop?",
        _one_sample,
    ),
    "always-double": (
        "The result is float64, whatever the logits are",
        "an array made without a dtype, such as np.zeros(shape), is float64",
        "Which dtype does np.zeros give, if you do not ask for one?",
        lambda logits: softmax(logits).astype(np.float64),
    ),
    "always-single": (
        "The result is float32, whatever the logits are",
        "the numbers are rounded to float32 on the way, which loses half of their digits",
        "Which dtype should the result have? Do you have to name one yourself?",
        lambda logits: softmax(logits).astype(np.float32),
    ),
    "changes-logits": (
        "softmax writes into the logits",
        "the logits are used as a place to work in: whoever called finds other numbers in them",
        "An assignment with `-=`, `/=`, `[...]` or `out=` changes the array itself. Which is it?",
        _in_place,
        _powers_in_place,
        _divided_in_place,
    ),
}


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def _to_length_one(values: Array) -> Array:
    lengths: Array = np.sqrt(np.square(values).sum(axis=1, keepdims=True))
    return values / lengths


enter_table("softmax", LOGITS, _TABLE)
