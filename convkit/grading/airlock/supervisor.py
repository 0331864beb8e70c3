"""The supervisor of a worker: starts it, asks it within its time, and says why it was lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from convkit.checks import LearnerError, LearnerTimeout
from convkit.grading.airlock import wire
from convkit.grading.airlock.channel import Channel, WorkerLostError
from convkit.grading.airlock.reply import opened
from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Sandbox
from convkit.grading.sandbox.host import Program, SandboxError

Loss = Literal["timed out", "out of memory", "crashed", "tampered"]
"""Why a test does not come to its end by what it asks the student's code."""

_START_SECONDS = 30.0


class Supervisor:
    """One worker after the other, of which at most one lives.

    Args:
        program: what a worker runs.
        sandbox: where it runs.
        times: for one question, for all questions of one test, and for loading.
        reference: describes an object that is sent, as in `wire.encode`.
        dereference: finds an object that comes back, as in `wire.decode`.

    Attributes:
        number: which worker this is, from 1 on.
        lost: why the present test is lost, if it is: the first reason there was.
        no_answers: what every question hears from now on, after a loss.
    """

    def __init__(
        self,
        program: Program,
        sandbox: Sandbox,
        times: Times,
        reference: Callable[[Any], dict[str, Any] | None],
        dereference: Callable[[dict[str, Any]], Any],
    ) -> None:
        self._program, self._sandbox, self._times = program, sandbox, times
        self._reference, self._dereference = reference, dereference
        self._seconds_left, self._loading_left = times.test, times.loading
        self._channel: Channel | None = None
        self._questions = 0
        self._released: set[int] = set()
        self.number = 0
        self.lost: Loss | None = None
        self.no_answers: LearnerError | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a worker."""
        return self._channel is not None

    def start(self) -> None:
        """Begin with a new worker."""
        self._channel = Channel(
            self._sandbox.start(self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        try:
            self._channel.exchange(
                wire.encode({"do": "ready", "question": 0, "release": []})[0],
                self._channel.allow(_START_SECONDS),
            )
        except (WorkerLostError, TimeoutError, wire.FramingError) as error:
            self.end()
            raise SandboxError(f"the worker does not start: {error}") from None
        self.number += 1
        self._released = set()

    def end(self) -> None:
        """End the worker, if there is one."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.kill()

    def next_test(self) -> None:
        """What happened so far is no matter to the test that begins now."""
        self.forget_loss()
        self._seconds_left = self._times.test

    @contextmanager
    def loading(self) -> Iterator[None]:
        """What is asked meanwhile takes of the time for loading, and not of a test's."""
        for_calls, self._seconds_left = self._seconds_left, self._loading_left
        try:
            yield
        finally:
            self._loading_left, self._seconds_left = self._seconds_left, for_calls

    def release(self, worker_number: int, number: int) -> None:
        """Nobody on this side holds that object of that worker's any more."""
        if worker_number == self.number:
            self._released.add(number)

    def keep(self, number: int) -> None:
        """Somebody holds that object of the present worker's again."""
        self._released.discard(number)

    def ask(self, do: str, **request: Any) -> Any:
        """Let the worker do something, and return what it answers.

        Raises:
            LearnerError: what the student's code raised, or why there is no answer.
            LearnerTimeout: it took too long.
            TypeError: something in the request cannot be handed over.
        """
        if self._channel is None or self._seconds_left <= 0:
            self.note("timed out")
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
        limit = min(self._times.call, self._seconds_left)
        allowed = self._channel.allow(limit)
        try:
            header, payload = self._channel.exchange(pieces, allowed)
            self._seconds_left -= allowed.taken
            reply, _ = wire.decode(header, payload, self._dereference)
            value, failure = opened(reply, question, arrays)
        except (WorkerLostError, TimeoutError, wire.FramingError) as error:
            self._seconds_left -= limit if isinstance(error, TimeoutError) else 0.0
            raise self.lose(error, limit) from None
        except BaseException as error:
            # Such as a test's own time limit: an exchange was cut short, and the next answer of
            # this worker would be that to an earlier question.
            self.lose(error, limit)
            raise
        if failure is not None:
            if failure.type_name == "MemoryError":
                self.note("out of memory")
            raise failure
        return value

    def note(self, loss: Loss | None) -> None:
        """The present test is lost, unless it was before."""
        self.lost = self.lost or loss

    def forget_loss(self) -> None:
        if self.lost == "out of memory":
            self.end()  # what it still holds would not leave the others enough
        self.lost = self.no_answers = None

    def lose(self, error: BaseException, seconds: float = 0.0) -> LearnerError:
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
        self.note(loss)
        self.no_answers = failure
        self.end()
        return failure
