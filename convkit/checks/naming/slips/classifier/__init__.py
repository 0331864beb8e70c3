"""How to speak of a classifier's arrays, and the terms of the gradient of its loss."""

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import View
from convkit.checks.naming.slips.classifier.loss import LOGITS
from convkit.checks.naming.slips.classifier.slips import NETWORK
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.quantity import GRAD_X, Quantity, Y, grads
from convkit.layers import Array, Flatten, Linear, SoftmaxCrossEntropy, softmax

_LOGITS, _GRAD_LOGITS = ("samples", "classes"), Quantity("grad", "logits")
_LINEAR = {
    Y: ("samples", "units"),
    GRAD_X: ("samples", "inputs"),
    grads("weight"): ("units", "inputs"),
    grads("bias"): ("units",),
}
_FLATTEN = {Y: ("samples", "columns"), GRAD_X: ("samples", "channels", "rows", "columns")}
_LOSS = Anatomy(SoftmaxCrossEntropy, {_GRAD_LOGITS: _LOGITS}, LOGITS, LOGITS)
_WORDS = {
    "probabilities": ("the term p/N", "What should grad_logits be at a wrong class?"),
    "label": ("the 1 of the right class", "What should grad_logits be at a class that is certain?"),
}


def _loss_terms(view: View) -> Mapping[str, Array]:
    (labels,), logits = view.case.arguments, view.case.x
    right = np.eye(logits.shape[1])[labels]
    return {"probabilities": softmax(logits) / len(logits), "label": -right / len(logits)}


def _loss_instead(view: View) -> Mapping[tuple[str, str], Array]:
    (labels,), logits = view.case.arguments, view.case.x
    if view.right.shape != logits.shape:  # it was asked about another batch
        return {}
    p, label = _loss_terms(view).values()
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


enter_sum(_LOSS, _GRAD_LOGITS, _loss_terms, _WORDS, _loss_instead)
enter_general(
    Anatomy(Linear, _LINEAR, NETWORK, NETWORK),
    Anatomy(Flatten, _FLATTEN, NETWORK, NETWORK),
    Anatomy(softmax, {Y: _LOGITS}, LOGITS),
    _LOSS,
)
