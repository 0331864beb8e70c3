"""The airlock's trusted side: proxies whose every call is answered by a sandboxed worker.

A test cell holds what looks like the student's class or function. Each call goes to the worker as
data and comes back as data, within a time limit. A worker that dies, hangs, floods or answers
nonsense costs the test that called it; the next test gets a fresh one.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

import convkit.layers.base
import convkit.mine
from convkit.checks import LearnerError
from convkit.checks.observing.foreign_code import others_keep_time
from convkit.grading.airlock import raised, wire
from convkit.grading.airlock.proxies import RemoteLayer, RemoteObject
from convkit.grading.airlock.supervisor import Loss, Supervisor
from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Sandbox
from convkit.grading.sandbox.host import Prepared
from convkit.layers import Layer

_OWN = convkit.mine.__name__  # what is lent is the student's own, whatever asks whose it is
_WORKER = Path(__file__).with_name("worker.py")
_CONVKIT = (convkit.layers.base.__file__, convkit.mine.__file__)
WORKER_FILES = (_WORKER, *map(Path, _CONVKIT), Path(wire.__file__), Path(raised.__file__))
"""What a worker's sandbox must be able to read."""


def worker_program(*, reference: bool) -> Prepared:
    """What a worker runs; student code can import all of convkit with the ``reference``."""
    return Prepared(_WORKER, (*_CONVKIT, *(["reference"] if reference else [])))


class Airlock:
    """One submission's worker, and the proxies that reach it.

    While it is open it alone keeps time: a check's own alarm would cut an exchange short.

    Args:
        sources: (name, module source) of each ``%%implement`` cell, in order, and of each plain
            cell, without a name.
        names: what is lent to the tests.
        sandbox: where workers run; it must be able to read `WORKER_FILES`.
        times: for one call, for all calls of one test, and for loading.
        reference: whether student code can import all of convkit that the sandbox can read, and
            not only `Layer` and its own `convkit.mine`.

    Attributes:
        lent: the proxy for each name, or the value, where it is data.
        not_lent: why there is none, for each name that plain cells should have bound.
    """

    def __init__(
        self,
        sources: Sequence[tuple[str, str]],
        names: Sequence[str],
        sandbox: Sandbox,
        *,
        times: Times,
        reference: bool = False,
    ) -> None:
        self._sources, self._names = list(sources), list(names)
        self._has_cells = any(not name for name, _ in sources)
        program = worker_program(reference=reference)
        self._worker = Supervisor(program, sandbox, times, self._reference, self._dereference)
        self._objects = weakref.WeakValueDictionary[tuple[int, int], RemoteObject]()
        self._failures: dict[int, tuple[LearnerError, Loss | None]] = {}
        self._kinds: dict[str, str] = {}
        self._classes: dict[str, type[RemoteObject]] = {}
        self._load()
        self.not_lent: dict[str, LearnerError] = {}
        self.lent = {}
        for name in names:
            try:
                self.lent[name] = self._proxy(name)
            except LearnerError as error:
                self.not_lent[name] = error
        self.next_test()
        self._alone = ExitStack()
        self._alone.enter_context(others_keep_time())

    @property
    def lost(self) -> Loss | None:
        """Why the present test is lost, if it is: the first reason there was."""
        return self._worker.lost

    @property
    def worker_number(self) -> int:
        """Which worker answers, from 1 on: what an earlier one held is gone."""
        return self._worker.number

    def next_test(self) -> None:
        """What happened so far is no matter to the test that begins now."""
        self._worker.next_test()

    def close(self) -> None:
        self._alone.close()
        self._worker.end()

    def ask(self, do: str, **request: Any) -> Any:
        """Let the worker do something, and return what it answers.

        Raises:
            LearnerError: what the student's code raised, or why there is no answer.
            LearnerTimeout: it took too long.
        """
        self._make_ready()
        return self._worker.ask(do, **request)

    def call(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """Call what the student's cells define as ``name``."""
        self._make_ready()
        if name not in self._kinds:
            error, loss = self._failure(name)
            self._worker.note(loss)
            raise error
        return self._worker.ask(
            "call", name=name, arguments=tuple(arguments), keywords=dict(keywords)
        )

    def why_missing(self, name: str) -> LearnerError | None:
        """What kept ``name`` from being there; None where it was loaded."""
        return None if name in self._kinds else self._failure(name)[0]

    def lied(self, about: str) -> LearnerError:
        """What to raise when an answer cannot be one that `worker` gives. It is the last one."""
        return self._worker.lose(wire.FramingError(about))

    def _make_ready(self) -> None:
        if self._worker.no_answers is not None:
            raise self._worker.no_answers
        if not self._worker.alive:
            self._load()

    def _load(self) -> None:
        """Run the student's cells in a worker, in order; the last that loads wins."""
        with self._worker.loading():
            position = 0
            while position < len(self._sources):
                if not self._worker.alive:
                    self._kinds.clear()
                    self._worker.start()
                    position = 0
                if position not in self._failures:
                    self._load_cell(position)
                position += 1
                if self._has_cells and position == len(self._sources):
                    if not self._worker.alive:
                        position = 0  # once more, without the cell that ended it
                    else:
                        self._take_from_cells()

    def _load_cell(self, position: int) -> None:
        name, source = self._sources[position]
        filename = f"<%%implement {name}, cell {position + 1}>"
        try:
            if name:
                kind = self._worker.ask("load", name=name, source=source, filename=filename)
                self._kinds[name] = kind if kind in ("layer", "class") else "function"
            else:
                self._worker.ask("run_cell", source=source, filename=filename)
        except LearnerError as error:
            self._failures[position] = error, self.lost
        self._worker.forget_loss()

    def _take_from_cells(self) -> None:
        """Learn what the plain cells bound of the names that no ``%%implement`` cell gives."""
        names = [name for name in self._names if name not in self._kinds]
        try:
            found = self._worker.ask("lend_from_cells", names=names)
        except LearnerError:
            self._worker.forget_loss()
            return
        if isinstance(found, dict):
            kinds = ("layer", "class", "function", "data")
            self._kinds |= {n: kind for n, kind in found.items() if n in names and kind in kinds}

    def _proxy(self, name: str) -> Any:
        """What the tests get for ``name``. What no ``%%implement`` cell gives fails when called."""
        kind = self._kinds.get(name)
        if kind == "data":
            return self.ask("value_of", name=name)
        if kind is None and self._has_cells:
            raise self._failure(name)[0]
        if kind == "function":

            def function(*arguments: Any, **keywords: Any) -> Any:
                return self.call(name, arguments, keywords)

            function.__name__ = function.__qualname__ = name
            function.__module__ = _OWN
            return function
        base = RemoteObject if kind == "class" else RemoteLayer
        self._classes[name] = type(name, (base,), {"_airlock": self, "__module__": _OWN})
        return self._classes[name]

    def _failure(self, name: str) -> tuple[LearnerError, Loss | None]:
        """Why there is no ``name``."""
        failures = [
            self._failures[i] for i, source in enumerate(self._sources) if source[0] == name
        ]
        if self._has_cells and not failures:
            failures = [each for i, each in self._failures.items() if not self._sources[i][0]]
        missing = f"there is no cell that begins with %%implement {name}"
        if self._has_cells:
            missing = f"no cell binds {name}"
        return failures[-1] if failures else (LearnerError("Missing", missing), None)

    def _reference(self, value: Any) -> dict[str, Any] | None:
        if type(value) is Layer:
            self._move(value)
        if isinstance(value, RemoteObject):
            return {"number": value._number_for(self)}
        if isinstance(value, np.random.Generator):
            # The other side makes one of its own, a different one each time.
            return {"seed": int(value.integers(1 << 62))}
        if isinstance(value, type) and value in self._classes.values():
            return {"name": value.__name__}
        return None

    def _dereference(self, described: dict[str, Any]) -> RemoteObject:
        """The one proxy for an object of the worker's."""
        number, name = described.get("number"), described.get("class")
        if type(number) is not int or type(name) is not str:
            raise wire.FramingError("an object without a number")
        found = self._objects.get((self.worker_number, number))
        if found is None:
            base = RemoteLayer if described.get("layer") is True else RemoteObject
            found = object.__new__(self._classes.get(name, base))
            self._hold(found, number)
        return found

    def _hold(self, proxy: RemoteObject, number: int) -> None:
        worker, here = self._worker, self.worker_number
        vars(proxy).update(_airlock=self, _number=number, _worker_number=here)
        self._objects[here, number] = proxy
        worker.keep(number)
        weakref.finalize(proxy, worker.release, here, number).atexit = False

    def _move(self, layer: Any) -> None:
        """A bare `Layer`, a test's stand-in for a network, goes to live with the student's code.

        What a test holds becomes a proxy, so that it sees what, for one, an optimizer does to it.
        """
        number = self._worker.ask("adopt", attributes=vars(layer))
        if type(number) is not int:
            raise self.lied("a layer was handed over and not taken")
        vars(layer).clear()
        layer.__class__ = RemoteLayer
        self._hold(layer, number)
