"""How to speak of a classifier's arrays, and what is said of them in general."""

from collections.abc import Mapping

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.broken_promises import enter_promises
from convkit.checks.naming.products_and_bias import enter_products_and_bias
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.classifier.loss import LOGITS
from convkit.checks.naming.slips.classifier.slips import NETWORK
from convkit.checks.naming.slips.classifier.terms import loss_instead, loss_terms
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Quantity, Y, grads
from convkit.layers import Flatten, Linear, SoftmaxCrossEntropy, softmax


def _of_linear(case: Case) -> Mapping[str, int]:
    (n, inputs), (_, units) = case.x.shape, case.grad_y.shape
    return {
        "the number of samples": n,
        "the number of inputs": inputs,
        "the number of units": units,
    }


def _of_loss(case: Case) -> Mapping[str, int | tuple[int, ...]]:
    n, classes = case.x.shape
    return {
        "the number of samples": n,
        "the number of classes": classes,
        "samples times classes": (n, classes),
    }


_LINEAR = Anatomy(
    Linear,
    {
        Y: ("samples", "units"),
        GRAD_X: ("samples", "inputs"),
        grads("weight"): ("units", "inputs"),
        grads("bias"): ("units",),
    },
    _of_linear,
    NETWORK,
    NETWORK,
)
_FLATTEN = Anatomy(
    Flatten,
    {Y: ("samples", "columns"), GRAD_X: ("samples", "channels", "rows", "columns")},
    lambda case: {},
    NETWORK,
    NETWORK,
)
_SOFTMAX = Anatomy(softmax, {Y: ("samples", "classes")}, lambda case: {}, LOGITS)
_GRAD_LOGITS = Quantity("grad", "logits")
_LOSS = Anatomy(
    SoftmaxCrossEntropy, {_GRAD_LOGITS: ("samples", "classes")}, _of_loss, LOGITS, LOGITS
)

for layer in (_LINEAR, _FLATTEN):
    enter_any_layer(layer)
for other in (_SOFTMAX, _LOSS):
    enter_promises(other)
for anatomy in (_LINEAR, _FLATTEN, _SOFTMAX, _LOSS):
    enter_relations(anatomy)
enter_products_and_bias(_LINEAR)
enter_sum(
    _LOSS,
    _GRAD_LOGITS,
    loss_terms,
    {
        "probabilities": ("the term p/N", "What should grad_logits be at a wrong class?"),
        "label": ("the 1 of the right class", "What should grad_logits be where p is 1 there?"),
    },
    loss_instead,
)
