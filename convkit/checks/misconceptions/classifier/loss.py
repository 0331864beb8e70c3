"""Wrong `SoftmaxCrossEntropy` losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, SoftmaxCrossEntropy, softmax

LOGITS = ("06-classification", "Logits, probabilities, loss, gradient")

Loss = Callable[[Array, Array, float], Any]
"""Is given logits, labels and the right loss."""


def with_loss(wrong: Loss) -> type[SoftmaxCrossEntropy]:
    def forward(self: SoftmaxCrossEntropy, logits: Array, labels: Array) -> Any:
        return wrong(logits, labels, SoftmaxCrossEntropy.forward(self, logits, labels))

    return type("Wrong", (SoftmaxCrossEntropy,), {"forward": forward})


def log_p(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def right_ones(values: Array, labels: Array) -> Array:
    """The numbers of the right classes, (N,)."""
    chosen: Array = values[np.arange(len(labels)), labels]
    return chosen


def quietly(loss: Loss) -> Loss:
    """Zero and infinity are what the mistake is about."""

    def wrong(logits: Array, labels: Array, right: float) -> Any:
        with np.errstate(all="ignore"):
            return loss(logits, labels, right)

    return wrong


def _with_labels(change: Any) -> list[type[SoftmaxCrossEntropy]]:
    """Other labels than the given ones, in forward alone and in both passes."""

    class InForward(SoftmaxCrossEntropy):
        def forward(self, logits: Array, labels: Array) -> float:
            loss = super().forward(logits, change(logits, labels))
            super().forward(logits, labels)
            return loss

    class InBoth(SoftmaxCrossEntropy):
        def forward(self, logits: Array, labels: Array) -> float:
            return super().forward(logits, change(logits, labels))

    return [InForward, InBoth]


_LABELS: Table = {
    "labels-shifted": (
        "The labels are taken for other classes",
        "the labels are counted from 1, or shifted, so that another class's probability is looked "
        "up",
        "Label 0 is the first class. Which entry of the row does your index pick for it?",
        *_with_labels(lambda logits, labels: (labels - 1) % logits.shape[1]),
        *_with_labels(lambda logits, labels: (labels + 1) % logits.shape[1]),
        *_with_labels(lambda logits, labels: np.minimum(labels + 1, logits.shape[1] - 1)),
        *_with_labels(lambda logits, labels: logits.shape[1] - 1 - labels),
    ),
    "labels-of-others": (
        "The samples get one another's labels",
        "the labels are in another order than the samples: sorted, reversed, or all the first one",
        "Does labels[n] belong to logits[n] all the way through your code?",
        *_with_labels(lambda logits, labels: labels[::-1].copy()),
        *_with_labels(lambda logits, labels: np.sort(labels)),
        *_with_labels(lambda logits, labels: np.roll(labels, 1)),
        *_with_labels(lambda logits, labels: np.full_like(labels, labels[0])),
    ),
    "labels-ignored": (
        "The labels play no part",
        "the class is taken from somewhere else: always the first one, or the number of the sample",
        "Where in forward do the labels appear?",
        *_with_labels(lambda logits, labels: np.zeros_like(labels)),
        *_with_labels(lambda logits, labels: np.arange(len(labels)) % logits.shape[1]),
    ),
}


def _overwriting_logits(logits: Array, labels: Array, loss: float) -> float:
    logits -= logits.max(axis=1, keepdims=True)
    return loss


def _overwriting_labels(logits: Array, labels: Array, loss: float) -> float:
    labels[:] = 0
    return loss


def _log_of_logits(tiny: float, *, clipped: bool) -> Loss:
    """The logits as if they were probabilities, kept away from 0 in some way."""

    def wrong(logits: Array, labels: Array, loss: float) -> Any:
        found = right_ones(logits, labels)
        kept = np.clip(found, tiny, 1) if clipped else np.abs(found) + tiny
        return -np.log(kept).mean()

    return wrong


_FORWARD: Table = {
    "forward-summed": (
        "The loss is summed over the samples",
        "the losses of the samples are added and not averaged, so the loss grows with the batch",
        "What happens to the loss if every sample appears twice in the batch?",
        lambda logits, labels, loss: loss * len(labels),
    ),
    "forward-averaged-over-classes": (
        "The loss is averaged over the classes as well",
        "a mean over all N·classes entries is taken, of which most are zero",
        "By how many numbers does your mean divide? How many samples are there?",
        lambda logits, labels, loss: loss / logits.shape[1],
    ),
    "forward-divided-by-classes": (
        "The sum is divided by the number of classes",
        "the losses are summed, and divided by the number of classes, or of all logits",
        "Of how many numbers is the loss a mean? Which axis counts them?",
        lambda logits, labels, loss: loss * len(labels) / logits.shape[1],
        lambda logits, labels, loss: loss * len(labels) * logits.shape[1],
        lambda logits, labels, loss: loss * logits.shape[1],
    ),
    "forward-averaged-twice": (
        "The mean is divided by N once more",
        "there are two divisions by the number of samples, or one by N − 1 or N + 1",
        "How often does N appear in the formula?",
        lambda logits, labels, loss: loss / len(labels),
        lambda logits, labels, loss: loss * len(labels) / max(len(labels) - 1, 1),
        lambda logits, labels, loss: loss * len(labels) / (len(labels) + 1),
    ),
    "forward-negated": (
        "The loss has the wrong sign",
        "the minus in front of the logarithm is missing: a better network has a larger “loss”",
        "Which sign has log p for a probability? Which sign should a loss have?",
        lambda logits, labels, loss: -loss,
    ),
    "forward-logarithm-of-zero": (
        "The logarithm of 0 is taken",
        "log is taken of the probability, which vanishes where the right class is very unlikely",
        "log(e^a / Σ e^a) can be simplified before anything is computed. To what?",
        quietly(lambda logits, labels, loss: -np.log(right_ones(softmax(logits), labels)).mean()),
    ),
    "forward-overflow": (
        "Large logits overflow",
        "e^a is taken of the logits as they are: from 710 on it is infinity",
        "Subtracting the same number from all logits of a row changes nothing. Which would help?",
        quietly(
            lambda logits, labels, loss: (
                np.log(np.exp(logits).sum(axis=1)) - right_ones(logits, labels)
            ).mean()
        ),
        quietly(
            lambda logits, labels, loss: (
                -np.log(
                    right_ones(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels)
                ).mean()
            )
        ),
    ),
    "forward-shift-once": (
        "The shift is used in one place only",
        "the largest logit is subtracted inside the sum of powers, but not from the right class's "
        "logit, or not added back",
        "What is log Σ e^a in terms of Σ e^(a − m)?",
        lambda logits, labels, loss: loss - logits.max(axis=1).mean(),
    ),
    "forward-no-logarithm": (
        "The logarithm is missing",
        "the loss is the mean of −p, or of 1 − p, of the right class",
        "How large is the loss when the right class gets almost no probability?",
        lambda logits, labels, loss: -right_ones(softmax(logits), labels).mean(),
        lambda logits, labels, loss: (1 - right_ones(softmax(logits), labels)).mean(),
    ),
    "forward-other-logarithm": (
        "The logarithm is to another base than e",
        "log2 or log10 is taken: the loss is right up to a factor",
        "Which logarithm undoes e^a?",
        lambda logits, labels, loss: loss / np.log(2),
        lambda logits, labels, loss: loss / np.log(10),
    ),
    "forward-no-softmax": (
        "The logits are taken for probabilities",
        "softmax is missing: the loss is made of the logits themselves",
        "May −log p be negative? Is yours?",
        lambda logits, labels, loss: -right_ones(logits, labels).mean(),
        quietly(lambda logits, labels, loss: -np.log(right_ones(logits, labels)).mean()),
        *(
            _log_of_logits(tiny, clipped=clipped)
            for tiny in (1e-15, 1e-12, 1e-10, 1e-8)
            for clipped in (False, True)
        ),
    ),
    "forward-softmax-twice": (
        "softmax is applied twice",
        "the probabilities are taken for logits, and go through softmax once more",
        "How small can your loss become when the right class has probability 1?",
        lambda logits, labels, loss: -right_ones(log_p(softmax(logits)), labels).mean(),
    ),
    "forward-all-classes": (
        "All classes count, and not the right one alone",
        "−log p is summed over all classes, whatever the label",
        "What part do the labels play in your loss?",
        lambda logits, labels, loss: -log_p(logits).sum() / len(labels),
        lambda logits, labels, loss: -log_p(logits).mean(),
    ),
    "forward-likeliest-class": (
        "The likeliest class is taken for the right one",
        "−log p is that of the largest probability: the network is always right",
        "What part do the labels play in your loss?",
        lambda logits, labels, loss: -log_p(logits).max(axis=1).mean(),
    ),
    "forward-every-label-in-every-row": (
        "Every sample is held against all samples' labels",
        "p[:, labels] picks a whole table, N × N, and not one number for each sample",
        "What is the shape of p[:, labels]? How do you pick one number from each row?",
        lambda logits, labels, loss: -log_p(logits)[:, labels].mean(),
        lambda logits, labels, loss: -log_p(logits)[:, labels].sum() / len(labels),
    ),
    "forward-two-way": (
        "Each class is asked yes or no",
        "log(1 − p) of the wrong classes is added, as if every class were a question of its own",
        "Which probabilities appear in the formula of the loss?",
        quietly(
            lambda logits, labels, loss: (
                loss
                - (np.log1p(-softmax(logits)) * (1 - np.eye(logits.shape[1])[labels])).sum()
                / len(labels)
            )
        ),
        lambda logits, labels, loss: (
            loss
            - (np.log(1 - softmax(logits) + 1e-300) * (1 - np.eye(logits.shape[1])[labels])).sum()
            / len(labels)
        ),
    ),
    "forward-squared-error": (
        "The loss is a squared error",
        "the squared differences of p and the labels are summed: another loss",
        "Where is the logarithm?",
        lambda logits, labels, loss: (
            ((softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2).sum() / len(labels)
        ),
        lambda logits, labels, loss: (
            (softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2
        ).mean(),
        lambda logits, labels, loss: (
            ((softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2).sum() / len(labels) / 2
        ),
        lambda logits, labels, loss: (
            (softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2
        ).sum(),
    ),
    "forward-over-the-batch": (
        "The probabilities sum to 1 over the samples",
        "softmax runs over the batch's axis: for each class the samples compete with one another",
        "Which sum must be 1: that of a row, or that of a column?",
        lambda logits, labels, loss: -right_ones(log_p(logits.T).T, labels).mean(),
    ),
    "forward-not-averaged": (
        "There is a loss for each sample",
        "forward returns N numbers, and not a single one",
        "What is the shape of what you return?",
        lambda logits, labels, loss: -right_ones(log_p(logits), labels),
    ),
    "forward-one-sample": (
        "Only one sample counts",
        "the loss is that of the first sample, or of the last",
        "Is the `return` inside the loop? Does the loop add, or overwrite?",
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[0],
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[-1],
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[-1] / len(labels),
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[0] / len(labels),
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[1:].sum() / len(labels),
        lambda logits, labels, loss: -right_ones(log_p(logits), labels)[:-1].sum() / len(labels),
        lambda logits, labels, loss: -right_ones(log_p(logits), labels).max(),
        lambda logits, labels, loss: -right_ones(log_p(logits), labels).min(),
    ),
    "forward-changes-logits": (
        "forward writes into the logits",
        "the logits are used as a place to work in: the layer that made them finds other numbers "
        "there",
        "An assignment with `-=`, `[...]` or `out=` changes the array itself. Which is it here?",
        _overwriting_logits,
    ),
    "forward-changes-labels": (
        "forward writes into the labels",
        "the labels are used as a place to work in: in the next epoch they are different",
        "An assignment with `[...]` changes the array itself. Which is it here?",
        _overwriting_labels,
    ),
}

enter_table("SoftmaxCrossEntropy", LOGITS, _FORWARD, with_loss)
enter_table("SoftmaxCrossEntropy", LOGITS, _LABELS)
