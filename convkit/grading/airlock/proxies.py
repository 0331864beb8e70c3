"""Proxies: what a test holds instead of a student's objects. Every access asks the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.checks import LearnerError, entries, forward_each, results_of, set_parameters
from convkit.layers import Array, Layer

if TYPE_CHECKING:
    from convkit.grading.airlock.airlock import Airlock


class RemoteObject:
    """An object that lives in the worker. Its attributes are those whose names are public."""

    _airlock: Airlock
    _worker_number: int
    _number: int

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        made = cls._airlock.call(cls.__name__, arguments, keywords)
        if not isinstance(made, RemoteObject):
            raise LearnerError("TypeError", f"{cls.__name__}(…) does not give an object")
        return made

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Made in the worker."""

    def _number_for(self, airlock: Airlock) -> int:
        if self._airlock is not airlock or self._worker_number != airlock.worker_number:
            raise LearnerError("ProcessEnded", "the process that held this object is gone")
        return self._number

    def _ask(self, do: str, **request: Any) -> Any:
        self._number_for(self._airlock)
        return self._airlock.ask(do, target=self, **request)

    def _method(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        return self._ask("call_method", name=name, arguments=arguments, keywords=keywords)

    def __getattr__(self, name: str) -> Any:
        # IPython looks for _repr_mimebundle_ and its like, which would be shown as they come.
        if name.startswith("_"):
            raise AttributeError(name)
        if name in ("params", "grads"):
            return RemoteMapping(self, name)
        match self._ask("get", name=name):
            case ("method", None):
                return lambda *arguments, **keywords: self._method(name, *arguments, **keywords)
            case ("value", value):
                return _read_only(value)
        raise self._airlock.lied("what came back is no attribute")

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name=name, value=dict(value) if name in ("params", "grads") else value)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._method("__call__", *arguments, **keywords)

    def __iter__(self) -> Iterator[Any]:
        entries = self._ask("entries")
        if not isinstance(entries, list):
            raise self._airlock.lied("what came back are no entries")
        return iter(entries)

    def __len__(self) -> int:
        length = self._method("__len__")
        if type(length) is not int or length < 0:
            raise LearnerError("TypeError", "__len__ does not give a number from 0 on")
        return length

    def __bool__(self) -> bool:
        return True


class RemoteLayer(RemoteObject, Layer):
    """A layer that lives in the worker: `isinstance(layer, Layer)` holds."""

    def forward(self, x: Any) -> Any:
        return self._method("forward", x)

    def backward(self, grad_y: Any) -> Any:
        return self._method("backward", grad_y)

    def train(self) -> None:
        self._method("train")

    def eval(self) -> None:
        self._method("eval")


class RemoteMapping(MutableMapping[str, Any]):
    """``layer.params`` or ``layer.grads``: each access asks the worker, arrays are copies."""

    def __init__(self, owner: RemoteObject, name: str) -> None:
        self._owner, self._name = owner, name

    def __getitem__(self, key: str) -> Any:
        try:
            return _read_only(self._owner._ask("mapping_get", name=self._name, key=key))
        except LearnerError as error:
            if error.type_name == "KeyError":
                raise KeyError(key) from None
            raise

    def __setitem__(self, key: str, value: Any) -> None:
        self._owner._ask("mapping_set", name=self._name, key=key, value=value)

    def __delitem__(self, key: str) -> None:
        raise TypeError(f"an entry of {self._name} cannot be deleted from outside")

    def __contains__(self, key: object) -> bool:
        return key in list(self)

    def __iter__(self) -> Iterator[str]:
        keys = self._owner._ask("mapping_keys", name=self._name)
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise LearnerError("TypeError", f"{self._name} is not a dict whose keys are names")
        return iter(keys)

    def __len__(self) -> int:
        return len(list(iter(self)))


@forward_each.register(RemoteObject)
def _forward_each(
    layer: RemoteObject, settings: Sequence[Mapping[str, Array]], x: Array
) -> list[Array]:
    outputs = layer._ask("forward_each", settings=[dict(each) for each in settings], x=x)
    if not isinstance(outputs, list) or len(outputs) != len(settings):
        raise layer._airlock.lied("what came back is not one output for each setting")
    return outputs


@results_of.register(RemoteObject)
def _results_of(layer: RemoteObject, calls: Sequence[tuple[Any, str, Array]]) -> list[Any]:
    results = layer._ask("results_of", calls=list(calls))
    if not isinstance(results, list) or len(results) != len(calls):
        raise layer._airlock.lied("what came back is not one result for each call")
    return results


@set_parameters.register(RemoteObject)
def _set_parameters(layer: RemoteObject, params: Mapping[str, Array]) -> None:
    layer._ask("set_parameters", params=dict(params))


@entries.register(RemoteObject)
def _entries(layer: RemoteObject, dictionary: str, names: Sequence[str]) -> dict[str, Any]:
    found = layer._ask("mapping_entries", name=dictionary, keys=list(names))
    if not isinstance(found, dict):
        raise layer._airlock.lied("what came back are no entries")
    return found


def _read_only(value: Any) -> Any:
    """A copy that would not reach the worker may not be changed: better an error than silence."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value
