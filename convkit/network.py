"""A network is layers one after the other (slides "Convolutional Network")."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from convkit.layers.base import Array, Layer


class Sequential(Layer):
    """Layers, each of which takes what the one before it gives; backpropagation runs in reverse.

    A `Layer` itself, so networks can be nested. ``params`` and ``grads`` are live views of the
    layers' own: "0.weight" is the first layer's "weight", "2.0.bias" the "bias" of the first layer
    of a network in third place. Reading, setting and deleting an entry happens in that layer.
    ``train()`` and ``eval()`` reach every layer. ``len(network)`` counts the layers, ``for layer in
    network`` visits them. The alternation of layers is that of the slide "Convolutional Network".

    Args:
        layers: one or more, first to last.

    Shapes:
        x: the first layer's; y: the last one's.

    Raises:
        ValueError: no layer, or something that is none. What a layer raises carries a note that
            says which layer it was.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers:
            raise ValueError("layers: expected at least one Layer, got none")
        for index, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise ValueError(f"layers[{index}]: expected a Layer, got {_described(layer)}")
        self.layers = layers
        self.params = _Entries(layers, "params")
        self.grads = _Entries(layers, "grads")

    def forward(self, x: Array) -> Array:
        for index, layer in enumerate(self.layers):
            with _noting(index, layer, "forward"):
                x = layer.forward(x)
        return x

    def backward(self, grad_y: Array) -> Array:
        for index, layer in reversed(list(enumerate(self.layers))):
            with _noting(index, layer, "backward"):
                grad_y = layer.backward(grad_y)
        return grad_y

    def train(self) -> None:
        super().train()
        for layer in self.layers:
            layer.train()

    def eval(self) -> None:
        super().eval()
        for layer in self.layers:
            layer.eval()

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)


class _Entries(MutableMapping[str, Array]):
    """The ``params`` or the ``grads`` of all layers, looked up afresh in each of them."""

    def __init__(self, layers: Sequence[Layer], attribute: str) -> None:
        self._layers, self._attribute = layers, attribute

    def __getitem__(self, name: str) -> Array:
        entries, own_name = self._owner(name)
        if own_name not in entries:
            raise KeyError(f"{self._attribute}: no entry {name!r}, only {list(self)}")
        return entries[own_name]

    def __setitem__(self, name: str, value: Array) -> None:
        entries, own_name = self._owner(name)
        entries[own_name] = value

    def __delitem__(self, name: str) -> None:
        entries, own_name = self._owner(name)
        del entries[own_name]

    def __iter__(self) -> Iterator[str]:
        for index, layer in enumerate(self._layers):
            for own_name in getattr(layer, self._attribute):
                yield f"{index}.{own_name}"

    def __len__(self) -> int:
        return sum(len(getattr(layer, self._attribute)) for layer in self._layers)

    def __repr__(self) -> str:
        return repr(dict(self))

    def _owner(self, name: str) -> tuple[MutableMapping[str, Array], str]:
        """The mapping in which ``name`` lies, and its name there."""
        index, _, own_name = str(name).partition(".")
        if not index.isdecimal() or int(index) >= len(self._layers) or not own_name:
            raise KeyError(
                f"{self._attribute}: expected a name like '0.weight', with a layer from 0 to "
                f"{len(self._layers) - 1}, got {name!r}"
            )
        return getattr(self._layers[int(index)], self._attribute), own_name


@contextmanager
def _noting(index: int, layer: Layer, method: str) -> Iterator[None]:
    """Lets an exception through with a note on the layer in which it arose."""
    try:
        yield
    except Exception as error:
        error.add_note(f"In layer {index} of the network, {type(layer).__name__}.{method}.")
        raise


def _described(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Layer):
        return f"the class {value.__name__} itself: write {value.__name__}(…)"
    return repr(value)
