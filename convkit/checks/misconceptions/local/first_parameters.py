"""Wrong first parameters of `LocallyConnected2d`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.local.altered import FORTH, NAME
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, LocallyConnected2d


def _made(change: Callable[[Array, Array], dict[str, Array]]) -> type[LocallyConnected2d]:
    """A layer whose params are ``change(weight, bias)`` until somebody sets them."""

    def init(self: Any, *arguments: Any, **options: Any) -> None:
        LocallyConnected2d.__init__(self, *arguments, **options)
        self.params = change(self.params["weight"], self.params["bias"])

    return type("Wrong", (LocallyConnected2d,), {"__init__": init})


_PARAMETERS: Table = {
    "shared": (
        "There are no weights for each place",
        "the weights have the shape of a convolution's, (out_channels, in_channels, h, w): one "
        "patch for all places",
        "How many places are there? Which axes of the weights count them?",
        lambda weight, bias: {"weight": weight[:, 0, 0], "bias": bias},
    ),
    "bias-shared": (
        "There is no bias for each place",
        "the bias has the shape of a convolution's, (out_channels,), or another one",
        "Every unit has a bias of its own. How many units are there?",
        lambda weight, bias: {"weight": weight, "bias": bias[:, 0, 0]},
        lambda weight, bias: {"weight": weight, "bias": bias[0]},
    ),
    "order": (
        "The axes of the weights are in another order",
        "the weights have the right numbers of everything, in an order that is not the one asked "
        "for",
        "(out_channels, out_h, out_w, in_channels, h, w): the unit first, then what it sees.",
        lambda weight, bias: {"weight": np.moveaxis(weight, 3, 1), "bias": bias},
        lambda weight, bias: {"weight": np.moveaxis(weight, 0, 2), "bias": bias},
        lambda weight, bias: {"weight": weight.swapaxes(1, 2), "bias": bias.swapaxes(1, 2)},
        lambda weight, bias: {"weight": weight.swapaxes(4, 5), "bias": bias},
        lambda weight, bias: {"weight": weight.swapaxes(0, 3), "bias": bias},
    ),
    "places-without-stride": (
        "The number of places is wrong in the constructor",
        "there are weights for as many places as the image has pixels, or as there are without the "
        "+ 1",
        "An image of 5 pixels, a patch of 3, a stride of 1: how many places are there?",
        lambda weight, bias: {"weight": weight[:, :-1, :-1], "bias": bias[:, :-1, :-1]},
        lambda weight, bias: {
            "weight": np.pad(
                weight, [(0, 0), (0, weight.shape[4] - 1), (0, weight.shape[5] - 1)] + [(0, 0)] * 3
            ),
            "bias": np.pad(bias, [(0, 0), (0, weight.shape[4] - 1), (0, weight.shape[5] - 1)]),
        },
    ),
}

enter_table(NAME, FORTH, _PARAMETERS, _made, prefix="local-parameters")
