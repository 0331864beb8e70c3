"""The channel to a confined process: one frame out, one frame back, within the time it has."""

from __future__ import annotations

import os
import select

from convkit.grading.airlock import wire
from convkit.grading.sandbox.program import Allowance, Confined, Ending


class WorkerLostError(Exception):
    """The worker is gone; the message says why, for the student to read."""

    def __init__(self, ending: Ending, message: str) -> None:
        super().__init__(message)
        self.ending = ending


class Channel:
    """Frames to and from one confined process, each exchange within the time it has."""

    def __init__(self, confined: Confined) -> None:
        self._confined = confined
        assert confined.process.stdin is not None
        assert confined.process.stdout is not None
        self._to, self._from = confined.process.stdin.fileno(), confined.process.stdout.fileno()
        self._received = bytearray()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def exchange(self, pieces: list[bytes], time: Allowance) -> tuple[bytes, bytes]:
        """Send a frame; the header and payload of the one that comes back.

        Raises:
            WorkerLostError: the process ended.
            TimeoutError: no answer in that ``time``.
            FramingError: the answer is no frame, or too large.
        """
        rest = memoryview(b"".join(pieces))  # in one piece: each wakes the process up
        while rest:
            try:
                rest = rest[os.write(self._to, rest[: 1 << 20]) :]
            except BlockingIOError:
                self._wait(self._to, select.POLLOUT, time)
            except BrokenPipeError:
                raise WorkerLostError(*self._confined.ending()) from None
        lengths = wire.read_prefix(self._read(wire.PREFIX.size, time))
        header, payload = (self._read(length, time) for length in lengths)
        return header, payload

    def allow(self, seconds: float) -> Allowance:
        """The time that the process has from now on."""
        return Allowance(self._confined, seconds)

    def kill(self) -> None:
        self._confined.kill()

    def _read(self, length: int, time: Allowance) -> bytes:
        """Memory is taken as the bytes arrive, not as they are promised."""
        while len(self._received) < length:
            self._wait(self._from, select.POLLIN, time)
            received = os.read(self._from, 1 << 20)
            if not received:
                raise WorkerLostError(*self._confined.ending())
            self._received += received
        data = bytes(self._received[:length])
        del self._received[:length]
        return data

    def _wait(self, descriptor: int, event: int, time: Allowance) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        while not poll.poll(time.left * 1000):
            if not time.left:
                raise TimeoutError
