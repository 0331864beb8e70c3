"""What every layer is: the contract between a layer, a network and a check."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class Layer:
    """A differentiable function of an array, with parameters.

    A subclass calls ``super().__init__()``, puts its learnable arrays into ``params`` and defines
    ``forward(x) -> y`` and ``backward(grad_y) -> grad_x``. ``backward`` belongs to the latest
    ``forward``; it *sets* ``grads`` (same keys and shapes as ``params``) and changes neither the
    input nor the gradient it was given.

    Attributes:
        params: learnable arrays by name. Setting an entry is how weights are set.
        grads: the loss's gradient for each of them, after ``backward``.
        training: True at first; ``train()`` and ``eval()`` switch it.
    """

    def __init__(self) -> None:
        self.params: MutableMapping[str, Array] = {}
        self.grads: MutableMapping[str, Array] = {}
        self.training = True
        self._memory: tuple[Any, ...] | None = None

    def forward(self, x: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} does not define forward yet")

    def backward(self, grad_y: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} does not define backward yet")

    def __call__(self, x: Array) -> Array:
        return self.forward(x)

    def train(self) -> None:
        self.training = True

    def eval(self) -> None:
        self.training = False

    def _keep(self, *values: Any) -> None:
        """Keep what ``backward`` will need of this ``forward``."""
        self._memory = values

    def _kept(self) -> tuple[Any, ...]:
        """What the latest ``forward`` kept. Raises RuntimeError if there was none."""
        if self._memory is None:
            raise RuntimeError(f"{type(self).__name__}.backward: call forward first")
        return self._memory
