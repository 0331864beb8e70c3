"""Of which terms the gradient of the loss is the sum."""

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.look import View
from convkit.layers import Array, softmax


def loss_terms(view: View) -> Mapping[str, Array]:
    (labels,), logits = view.case.arguments, view.case.x
    right = np.eye(logits.shape[1])[labels]
    return {"probabilities": softmax(logits) / len(logits), "label": -right / len(logits)}


def loss_instead(view: View) -> Mapping[tuple[str, str], Array]:
    (labels,), logits = view.case.arguments, view.case.x
    if view.right.shape != logits.shape:  # it was asked about another batch
        return {}
    p, label = loss_terms(view).values()
    n = len(p)
    return {
        ("probabilities", "reaches only the right class"): -n * p * label,
        ("probabilities", "is made of the logits, before softmax"): logits / n,
        ("label", "is subtracted in whole columns, as p[:, labels] picks them"): np.broadcast_to(
            label.min(axis=0), p.shape
        ),
        ("label", "is subtracted at every class, not only at the right one"): 0 * p - 1 / n,
        ("label", "is multiplied by the number of the class"): 0 * p - labels[:, None] / n,
    }
