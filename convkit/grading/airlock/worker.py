"""The process that holds a student's modules and answers the grader. Runs inside the sandbox.

It is forked from a process that has done what `prepare` does. It reads a request from standard
input and writes a reply to standard output, each one frame of `wire`. The ``convkit`` that student
code can import here consists of `Layer` and of `convkit.mine` with the submission's own names; the
reference is not there, unless it is asked for: then it is the package itself. What student code
prints goes nowhere.

Nothing that this process says is trusted: student code shares it, and may say anything.
"""

from __future__ import annotations

import importlib.util
import linecache
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np

RESERVE_BYTES = 8 << 20


def load_module(name: str, path: str | Path) -> Any:
    """The file at ``path`` as the module ``name``, whatever else is installed."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _SmallPackage(ModuleType):
    """What ``import convkit`` finds while work is graded."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(
            f"{self.__name__}.{name} is not there while your work is graded: "
            "of convkit only Layer and your own convkit.mine are"
        )


class Worker:
    """The submission's modules, the objects they made, and what may be asked of them."""

    def __init__(self, wire: Any, raised: Any, base: Any, mine: Any) -> None:
        self._framing, self._raised = wire, raised
        self._layer, self._mine = base.Layer, mine
        self._loaded: dict[str, Any] = {}
        self._cells: Any = None
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next = 0
        self._process = os.getpid()
        self._reserve = bytes(RESERVE_BYTES)

    def answer(self, header: bytes, payload: bytes) -> list[bytes]:
        """The reply to one request, as the pieces of a frame."""
        request, spans = self._framing.decode(header, payload, self._dereference)
        given = [(array.shape, array.dtype, array.flags.writeable) for _, array in spans]
        question = request.pop("question")
        for number in request.pop("release"):
            self._numbers.pop(id(self._objects.pop(number)), None)
        try:
            self._reserve = self._reserve or bytes(RESERVE_BYTES)
            reply = {"value": getattr(self, request.pop("do"))(**request)}
            # Arrays the callee changed in place go back, so that the caller sees it too.
            changed = {
                str(index): self._changed(array, given[index])
                for index, (start, array) in enumerate(spans)
                if array.tobytes("A") != payload[start : start + array.nbytes]
            }
            reply |= {"changed": changed, "question": question}
            pieces, _ = self._framing.encode(reply, self._reference)
        except BaseException as error:
            if isinstance(error, MemoryError):
                self._reserve = b""  # what there is left may not do to say so
            if isinstance(error, self._framing.FramingError):
                error = TypeError(str(error))
            failure = {"error": self._raised.described(error), "changed": {}, "question": question}
            pieces, _ = self._framing.encode(failure)
        if os.getpid() != self._process:  # student code forked, and both came back
            os._exit(0)
        return pieces

    def _changed(self, array: Any, given: tuple[Any, Any, bool]) -> Any:
        """An array whose numbers changed, unless what it is changed as well."""
        shape, dtype, writeable = given
        if (array.shape, array.dtype) != (shape, dtype):
            raise ValueError(
                f"an array that was handed over, {dtype} of shape {shape}, was made into "
                f"{array.dtype} of shape {array.shape}, in place"
            )
        if not writeable:
            raise ValueError("an array that was handed over to be read was written to")
        return array

    def ready(self) -> None:
        """Nothing to do: the answer shows that the worker runs."""

    def load(self, name: str, source: str, filename: str) -> str:
        """Run one ``%%implement`` cell. The answer says what came of it."""
        loaded = self._mine.load_implementation(name, source, filename)
        self._loaded[name] = loaded
        self._mine.lend(self._loaded)
        kind = self._kind(loaded)
        if kind == "data":
            raise TypeError(f"{name} is a {type(loaded).__name__}, not a function or a class")
        return kind

    def _kind(self, loaded: Any) -> str:
        if isinstance(loaded, type):
            return "layer" if issubclass(loaded, self._layer) else "class"
        return "function" if callable(loaded) else "data"

    def run_cell(self, source: str, filename: str) -> None:
        """Run a cell that shares its namespace with those before it."""
        if self._cells is None:
            self._cells = ModuleType(f"{self._mine.__name__}.__cells__")
            self._cells.display = lambda *shown, **options: None
            sys.modules[self._cells.__name__] = self._cells
        vars(self._cells).update(self._loaded)
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        exec(compile(source, filename, "exec", dont_inherit=True), vars(self._cells))

    def lend_from_cells(self, names: list[str]) -> dict[str, str]:
        """Of the names that the cells bound what each is: a layer, a class, a function, or data."""
        bound = {} if self._cells is None else vars(self._cells)
        self._loaded |= {name: bound[name] for name in names if name in bound}
        self._mine.lend(self._loaded)
        return {name: self._kind(bound[name]) for name in names if name in bound}

    def value_of(self, name: str) -> Any:
        return self._loaded[name]

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        return self._loaded[name](*arguments, **keywords)

    def call_method(
        self, target: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        return getattr(target, name)(*arguments, **keywords)

    def get(self, target: Any, name: str) -> Any:
        """("value", it), or ("method", None) when the attribute is something to call."""
        value = getattr(target, name)
        if callable(value) and self._reference(value) is None:
            return "method", None
        return "value", value

    def set(self, target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    def adopt(self, attributes: dict[str, Any]) -> int:
        """A bare layer with these attributes; the number it is known by."""
        layer = self._layer()
        vars(layer).update(attributes)
        described = self._reference(layer)
        assert described is not None
        return int(described["number"])

    def entries(self, target: Any) -> list[Any]:
        return list(target)

    def mapping_keys(self, target: Any, name: str) -> list[str]:
        return list(getattr(target, name))

    def mapping_get(self, target: Any, name: str, key: str) -> Any:
        return getattr(target, name)[key]

    def mapping_set(self, target: Any, name: str, key: str, value: Any) -> None:
        getattr(target, name)[key] = value

    def mapping_entries(self, target: Any, name: str, keys: list[str]) -> dict[str, Any]:
        """Those of the entries that are there."""
        mapping, found = getattr(target, name), {}
        for key in keys:
            with suppress(LookupError):
                found[key] = mapping[key]
        return found

    def set_parameters(self, target: Any, params: dict[str, Any]) -> None:
        for key, value in params.items():
            target.params[key] = value

    def forward_each(self, target: Any, settings: list[dict[str, Any]], x: Any) -> list[Any]:
        """forward(x) once for each of the settings of params, which are put back each time."""
        outputs = []
        for setting in settings:
            kept = {key: np.copy(target.params[key]) for key in setting}
            self.set_parameters(target, setting)
            try:
                outputs.append(target.forward(x))
            finally:
                self.set_parameters(target, kept)
        return outputs

    def results_of(self, target: Any, calls: list[tuple[Any, str, Any]]) -> list[Any]:
        """What each call of a layer's method gave, as it is after the last one."""
        return [getattr(layer, method)(array) for layer, method, array in calls]

    def _reference(self, value: Any) -> dict[str, Any] | None:
        """Objects of the submission's own classes, and layers, are known by a number."""
        own = type(value).__module__.startswith(f"{self._mine.__name__}.")
        if not own and not isinstance(value, self._layer):
            return None
        if id(value) not in self._numbers:
            self._objects[self._next] = value
            self._numbers[id(value)] = self._next
            self._next += 1
        kind = next(
            (name for name, known in self._loaded.items() if type(value) is known),
            type(value).__name__,
        )
        number = self._numbers[id(value)]
        return {"number": number, "class": kind, "layer": isinstance(value, self._layer)}

    def _dereference(self, described: dict[str, Any]) -> Any:
        if "seed" in described:
            return np.random.default_rng(described["seed"])
        if "name" in described:
            return self._loaded[described["name"]]
        return self._objects[described["number"]]


def read_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise SystemExit
    return data


def small_package(base_file: str, mine_file: str) -> tuple[Any, Any]:
    """`convkit.layers.base` and `convkit.mine`, in a convkit in which there is nothing else."""
    package, layers = _SmallPackage("convkit"), _SmallPackage("convkit.layers")
    sys.modules |= {"convkit": package, "convkit.layers": layers}
    base = load_module("convkit.layers.base", base_file)
    mine = load_module("convkit.mine", mine_file)
    vars(layers).update(base=base, Layer=base.Layer, Array=base.Array)
    vars(package).update(layers=layers, mine=mine, Layer=base.Layer, Array=base.Array)
    return base, mine


def whole_package() -> tuple[Any, Any]:
    """The same two of the installed convkit, where the sandbox can read it."""
    return importlib.import_module("convkit.layers.base"), importlib.import_module("convkit.mine")


_parts: tuple[Any, Any, Any, Any]


def prepare(base_file: str, mine_file: str, *reference: str) -> None:
    """Import all that the process needs, before there is anything of a student's."""
    global _parts
    wire, raised = (
        load_module(name, Path(__file__).with_name(f"{name}.py")) for name in ("wire", "raised")
    )
    base, mine = whole_package() if reference else small_package(base_file, mine_file)
    _parts = wire, raised, base, mine


def become(told: None) -> None:
    """Answer until nobody asks."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    # The student's own files come last: they cannot stand in for anything.
    sys.path.append(os.getcwd())

    wire, *_ = _parts
    worker = Worker(*_parts)
    while True:
        lengths = wire.read_prefix(read_exactly(requests, wire.PREFIX.size))
        header, payload = (read_exactly(requests, length) for length in lengths)
        replies.writelines(worker.answer(header, payload))
        replies.flush()
