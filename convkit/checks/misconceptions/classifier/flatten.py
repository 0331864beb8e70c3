"""Wrong `Flatten` layers."""

from __future__ import annotations

from convkit.checks.misconceptions.common import enter_common, with_backward, with_forward
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, Flatten

NETWORK = ("06-classification", "A whole network")


def _unflattened(layer: Flatten, grad_y: Array, order: tuple[int, ...]) -> Array:
    """grad_y as if x had had its axes in this order when it was flattened."""
    shape = layer.x.shape  # type: ignore[attr-defined]
    back = tuple(order.index(axis) for axis in range(4))
    return grad_y.reshape([shape[axis] for axis in order]).transpose(back)


_FORWARD: Table = {
    "forward-channels-last": (
        "The channels come last in the row",
        "the axes are moved before they are laid out: pixel by pixel, each with all its channels",
        "Which number of x comes second in the row: the next channel's, or the next column's?",
        lambda layer, x, y: x.transpose(0, 2, 3, 1).reshape(len(x), -1),
    ),
    "forward-columns-first": (
        "The pixels are read down the columns",
        "rows and columns of the image are swapped when it is laid out",
        "Which number of x comes second in the row: the next row's, or the next column's?",
        lambda layer, x, y: x.swapaxes(2, 3).reshape(len(x), -1),
        lambda layer, x, y: x.reshape(len(x), -1, order="F"),
    ),
    "forward-batch-mixed": (
        "The samples are mixed",
        "`reshape` has the right shape in the end, but a row holds numbers of several samples",
        "Does the first row hold the first image, and nothing else?",
        lambda layer, x, y: x.reshape(-1, len(x)).T,
        lambda layer, x, y: x.transpose(1, 2, 3, 0).reshape(len(x), -1),
    ),
    "forward-batch-swallowed": (
        "The batch is flattened too",
        "all samples end up in one row",
        "How many rows does y have?",
        lambda layer, x, y: x.reshape(-1),
        lambda layer, x, y: x.reshape(1, -1),
    ),
    "forward-transposed": (
        "y is transposed",
        "each sample is a column of y, where it should be a row",
        "Samples come first. What is the shape of y?",
        lambda layer, x, y: y.T,
    ),
    "forward-not-flat": (
        "The channels are not flattened",
        "only rows and columns are laid out, and the channels keep their axis",
        "How many axes does y have?",
        lambda layer, x, y: x.reshape(*x.shape[:2], -1),
    ),
    "forward-nothing": (
        "Nothing is flattened",
        "y is x as it came",
        "How many axes does y have?",
        lambda layer, x, y: x,
    ),
}

_BACKWARD: Table = {
    "backward-nothing": (
        "On the way back nothing happens",
        "grad_x is grad_y as it came, still flat",
        "What is the shape of x? Where did forward note it?",
        lambda layer, grad_y, grad_x: grad_y,
    ),
    "backward-channels-last": (
        "On the way back the channels are taken to come last in a row",
        "the row is cut into pixels with all their channels, and not into channels",
        "In which order did forward lay the axes out?",
        lambda layer, grad_y, grad_x: _unflattened(layer, grad_y, (0, 2, 3, 1)),
    ),
    "backward-columns-first": (
        "On the way back rows and columns are swapped",
        "the row is cut into columns of the image, where forward laid out its rows",
        "In which order did forward lay the axes out?",
        lambda layer, grad_y, grad_x: _unflattened(layer, grad_y, (0, 1, 3, 2)),
        lambda layer, grad_y, grad_x: grad_y.reshape(grad_x.shape, order="F"),
    ),
    "backward-size-swapped": (
        "On the way back height and width are swapped",
        "grad_x is as wide as x is high",
        "What is the shape of x? In which order are its sizes?",
        lambda layer, grad_y, grad_x: grad_y.reshape(
            *grad_x.shape[:2], grad_x.shape[3], grad_x.shape[2]
        ),
    ),
    "backward-batch-mixed": (
        "On the way back the samples are mixed",
        "`reshape` has the right shape in the end, but an image gets numbers of several rows",
        "Does the first image get the first row, and nothing else?",
        lambda layer, grad_y, grad_x: grad_y.T.reshape(grad_x.shape),
    ),
}

enter_common("Flatten", Flatten, NETWORK, NETWORK, only_shape=True)
enter_table("Flatten", NETWORK, _FORWARD, lambda wrong: with_forward(Flatten, wrong))
enter_table("Flatten", NETWORK, _BACKWARD, lambda wrong: with_backward(Flatten, wrong))
