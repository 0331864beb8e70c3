"""The channel to a confined process: one frame out, one frame back, within a deadline."""

from __future__ import annotations

import os
import select
import time

from convkit.grading.airlock import wire
from convkit.grading.sandbox.program import Confined, Ending


class WorkerLostError(Exception):
    """The worker is gone; the message says why, for the student to read."""

    def __init__(self, ending: Ending, message: str) -> None:
        super().__init__(message)
        self.ending = ending


class Channel:
    """Frames to and from one confined process, each exchange within a deadline."""

    def __init__(self, confined: Confined) -> None:
        self._confined = confined
        assert confined.process.stdin is not None
        assert confined.process.stdout is not None
        self._to, self._from = confined.process.stdin.fileno(), confined.process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def exchange(self, pieces: list[bytes], deadline: float) -> tuple[bytes, bytes]:
        """Send a frame; the header and payload of the one that comes back.

        Raises:
            WorkerLostError: the process ended.
            TimeoutError: no answer before ``deadline`` (of `time.monotonic`).
            FramingError: the answer is no frame, or too large.
        """
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                self._wait(self._to, select.POLLOUT, deadline)
                try:
                    rest = rest[os.write(self._to, rest[: 1 << 20]) :]
                except BrokenPipeError:
                    raise WorkerLostError(*self._confined.ending()) from None
        lengths = wire.read_prefix(self._read(wire.PREFIX.size, deadline))
        header, payload = (self._read(length, deadline) for length in lengths)
        return header, payload

    def kill(self) -> None:
        self._confined.kill()

    def _read(self, length: int, deadline: float) -> bytes:
        """Memory is taken as the bytes arrive, not as they are promised."""
        data = bytearray()
        while len(data) < length:
            self._wait(self._from, select.POLLIN, deadline)
            received = os.read(self._from, min(1 << 20, length - len(data)))
            if not received:
                raise WorkerLostError(*self._confined.ending())
            data += received
        return bytes(data)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
