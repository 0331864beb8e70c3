"""The trusted side of the airlock: proxies whose every call is answered by a sandboxed worker.

A test cell holds what looks like the student's class or function. Each call goes to the worker as
data and comes back as data, within a time limit. A worker that dies, hangs, floods or answers
nonsense costs the test that called it; the next test gets a fresh one.
"""

from __future__ import annotations

import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import numpy as np

import convkit.layers.base
import convkit.mine
from convkit.checks import LearnerError, LearnerTimeout
from convkit.checks.observing.foreign_code import others_keep_time
from convkit.grading.airlock import wire
from convkit.grading.airlock.channel import Channel, WorkerLostError
from convkit.grading.airlock.proxies import RemoteLayer, RemoteObject
from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Sandbox, SandboxError
from convkit.layers import Array, Layer

_WORKER = Path(__file__).with_name("worker.py")
_PROGRAM = (str(_WORKER), convkit.layers.base.__file__, convkit.mine.__file__)
WORKER_FILES = (*map(Path, _PROGRAM), Path(wire.__file__))
"""What a worker's sandbox must be able to read."""

Loss = Literal["timed out", "out of memory", "crashed", "tampered"]
"""Why a test does not come to its end by what it asks the student's code."""

_START_SECONDS = 30.0
_MESSAGE_CAP = 4_000


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
        lost: why the present test is lost, if it is: the first reason there was.
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
        self._sandbox = sandbox
        self._program = [sys.executable, *_PROGRAM, *(["reference"] if reference else [])]
        self._times = times
        self._seconds_left, self._loading_left = times.test, times.loading
        self._channel: Channel | None = None
        self._worker_number = 0
        self._objects: weakref.WeakValueDictionary[int, RemoteObject]
        self._released: set[int] = set()
        self._questions = 0
        self.lost: Loss | None = None
        self._no_answers: LearnerError | None = None
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

    def next_test(self) -> None:
        """What happened so far is no matter to the test that begins now."""
        self._forget_loss()
        self._seconds_left = self._times.test

    def close(self) -> None:
        self._alone.close()
        self._end_worker()

    def _end_worker(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.kill()

    def ask(self, do: str, **request: Any) -> Any:
        """Let the worker do something, and return what it answers.

        Raises:
            LearnerError: what the student's code raised, or why there is no answer.
            LearnerTimeout: it took too long.
        """
        self._make_ready()
        return self._ask(do, **request)

    def call(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """Call what the student's cells define as ``name``."""
        self._make_ready()
        if name not in self._kinds:
            error, loss = self._failure(name)
            self.lost = self.lost or loss
            raise error
        return self._ask("call", name=name, arguments=tuple(arguments), keywords=dict(keywords))

    def why_missing(self, name: str) -> LearnerError | None:
        """What kept ``name`` from being there; None where it was loaded."""
        return None if name in self._kinds else self._failure(name)[0]

    def lied(self, about: str) -> LearnerError:
        """What to raise when an answer cannot be one that `worker` gives. It is the last one."""
        return self._lose(wire.FramingError(about))

    def release(self, worker_number: int, number: int) -> None:
        """Nobody on this side holds that object any more."""
        if worker_number == self._worker_number:
            self._released.add(number)

    def _make_ready(self) -> None:
        if self._no_answers is not None:
            raise self._no_answers
        if self._channel is None:
            self._load()

    def _ask(self, do: str, **request: Any) -> Any:
        if self._channel is None or self._seconds_left <= 0:
            self.lost = self.lost or "timed out"
            raise LearnerTimeout("Timeout", "the time that all calls have together is used up")
        released, self._released = self._released, set()
        self._questions += 1
        question = self._questions
        request = {"do": do, "question": question, "release": list(released), **request}
        try:
            pieces, arrays = wire.encode(request, self._reference)
        except wire.FramingError as error:
            self._released |= released
            raise TypeError(f"{do}: {error}") from None
        started = time.monotonic()
        limit = min(self._times.call, self._seconds_left)
        try:
            header, payload = self._channel.exchange(pieces, started + limit)
            reply, _ = wire.decode(header, payload, self._dereference)
            value, failure = self._opened(reply, question, arrays)
        except (WorkerLostError, TimeoutError, wire.FramingError) as error:
            raise self._lose(error, limit) from None
        except BaseException as error:
            # Such as a test's own time limit: an exchange was cut short, and the next answer of
            # this worker would be that to an earlier question.
            self._lose(error, limit)
            raise
        finally:
            self._seconds_left -= time.monotonic() - started
        if failure is not None:
            if failure.type_name == "MemoryError":
                self.lost = self.lost or "out of memory"
            raise failure
        return value

    def _forget_loss(self) -> None:
        if self.lost == "out of memory":
            self._end_worker()  # what it still holds would not leave the others enough
        self.lost = self._no_answers = None

    def _lose(self, error: BaseException, seconds: float = 0.0) -> LearnerError:
        """Give up the worker, and with it the present test; what every question hears from now."""
        loss: Loss = "timed out"
        failure: LearnerError = LearnerTimeout("Timeout", f"no answer after {seconds:.3g} seconds")
        if isinstance(error, WorkerLostError):
            loss, failure = error.ending, LearnerError("ProcessEnded", str(error))
            if loss == "timed out":
                failure = LearnerTimeout("Timeout", str(error))
            elif loss == "out of memory":
                failure = LearnerError("MemoryError", str(error))
        elif isinstance(error, wire.FramingError):
            loss = "tampered"
            failure = LearnerError("ProtocolError", f"what came back is not an answer: {error}")
        self.lost, self._no_answers = self.lost or loss, failure
        self._end_worker()
        return failure

    def _opened(
        self, reply: Any, question: int, arrays: list[Array]
    ) -> tuple[Any, LearnerError | None]:
        """The value or the failure in a reply; changed arguments are written back."""
        if not isinstance(reply, dict) or not isinstance(reply.get("changed"), dict):
            raise wire.FramingError("the reply lacks its parts")
        if type(reply.get("question")) is not int or reply["question"] != question:
            raise wire.FramingError("it answers another question")
        indices = {str(index): index for index in range(len(arrays))}
        for name, array in reply["changed"].items():
            if name not in indices:
                raise wire.FramingError("an argument that was never sent came back")
            original = arrays[indices[name]]
            dtype = original.dtype.newbyteorder("<")
            same = isinstance(array, np.ndarray) and array.shape == original.shape
            if not same or array.dtype != dtype or not original.flags.writeable:
                raise wire.FramingError("an argument came back as something else")
            original[...] = array
        if "error" not in reply:
            return reply.get("value"), None
        return None, _learner_error(reply["error"])

    def _load(self) -> None:
        """Run the student's cells in a worker, in order; the last that loads wins."""
        for_calls, self._seconds_left = self._seconds_left, self._loading_left
        try:
            self._load_all()
        finally:
            self._loading_left, self._seconds_left = self._seconds_left, for_calls

    def _load_all(self) -> None:
        position = 0
        while position < len(self._sources):
            if self._channel is None:
                self._start()
                position = 0
            name, source = self._sources[position]
            if position not in self._failures:
                filename = f"<%%implement {name}, cell {position + 1}>"
                try:
                    if name:
                        kind = self._ask("load", name=name, source=source, filename=filename)
                        self._kinds[name] = kind if kind in ("layer", "class") else "function"
                    else:
                        self._ask("run_cell", source=source, filename=filename)
                except LearnerError as error:
                    self._failures[position] = error, self.lost
                self._forget_loss()
            position += 1
            if self._has_cells and position == len(self._sources):
                if self._channel is None:
                    position = 0  # once more, without the cell that ended it
                else:
                    self._take_from_cells()

    def _take_from_cells(self) -> None:
        """Learn what the plain cells bound of the names that no ``%%implement`` cell gives."""
        names = [name for name in self._names if name not in self._kinds]
        try:
            found = self._ask("lend_from_cells", names=names)
        except LearnerError:
            self._forget_loss()
            return
        if isinstance(found, dict):
            kinds = ("layer", "class", "function", "data")
            self._kinds |= {n: kind for n, kind in found.items() if n in names and kind in kinds}

    def _start(self) -> None:
        started = time.monotonic()
        self._kinds.clear()
        self._channel = Channel(
            self._sandbox.start(self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        try:
            self._channel.exchange(
                wire.encode({"do": "ready", "question": 0, "release": []})[0],
                started + _START_SECONDS,
            )
        except (WorkerLostError, TimeoutError, wire.FramingError) as error:
            self._end_worker()
            raise SandboxError(f"the worker does not start: {error}") from None
        self._seconds_left -= time.monotonic() - started
        self._worker_number += 1
        self._objects = weakref.WeakValueDictionary()
        self._released = set()

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
            return function
        base = RemoteObject if kind == "class" else RemoteLayer
        self._classes[name] = type(name, (base,), {"_airlock": self})
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
        found = self._objects.get(number)
        if found is None:
            base = RemoteLayer if described.get("layer") is True else RemoteObject
            found = object.__new__(self._classes.get(name, base))
            self._hold(found, number)
        return found

    def _hold(self, proxy: RemoteObject, number: int) -> None:
        vars(proxy).update(_airlock=self, _number=number, _worker_number=self._worker_number)
        self._objects[number] = proxy
        self._released.discard(number)
        weakref.finalize(proxy, self.release, self._worker_number, number).atexit = False

    def _move(self, layer: Any) -> None:
        """A bare `Layer`, a test's stand-in for a network, goes to live with the student's code.

        What a test holds becomes a proxy, so that it sees what, for one, an optimizer does to it.
        """
        number = self._ask("adopt", attributes=vars(layer))
        if type(number) is not int:
            raise self.lied("a layer was handed over and not taken")
        vars(layer).clear()
        layer.__class__ = RemoteLayer
        self._hold(layer, number)


def _learner_error(described: Any) -> LearnerError:
    """The exception a reply describes, with nothing in it but short strings and a number."""
    if not isinstance(described, dict):
        raise wire.FramingError("a failure without a description")
    words = [described.get(name) for name in ("type_name", "message", "line")]
    type_name, message, line = (
        word[:_MESSAGE_CAP] if isinstance(word, str) else None for word in words
    )
    number = described.get("line_number")
    return LearnerError(
        type_name or "Exception", message or "", number if type(number) is int else None, line
    )
