"""All that can be said of a name in general, whatever it computes."""

from functools import partial

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.broken_promises import broken_promise
from convkit.checks.naming.misconception import enter_teller
from convkit.checks.naming.products_and_bias import enter_products_and_bias
from convkit.checks.naming.relations import relation
from convkit.checks.observing.quantity import grads
from convkit.layers import Layer


def enter_general(*anatomies: Anatomy) -> None:
    """Enter it for each name, behind the name's own slips and sums."""
    for anatomy in anatomies:
        if grads("bias") in anatomy.axes:
            enter_products_and_bias(anatomy)
        if isinstance(anatomy.target, type) and issubclass(anatomy.target, Layer):
            enter_any_layer(anatomy)
        for tell in (broken_promise, relation):
            enter_teller(anatomy.name, partial(tell, anatomy))
