"""Running code that somebody else wrote: whatever it does becomes a sentence, never a crash."""

from __future__ import annotations

import io
import os
import signal
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import FrameType, GeneratorType
from typing import Any

import numpy as np

from convkit import layers
from convkit.layers import Array

SECONDS_PER_CALL = 5.0
"""One call on a case takes plain loops some milliseconds; this is for loops that never end."""

SECONDS_PER_CHECK = 60.0
"""All calls of a check together: for code that is slow everywhere, and ends nowhere."""

_MOST_NUMBERS = 10_000_000
_SHOWN_CHARACTERS = 4_000
_others = 0
_LIBRARIES = tuple(
    f"{folder}{os.sep}"
    for folder in (
        Path(layers.__file__).parents[1],
        *(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")),
    )
)
"""Where lines stand that are nobody's of the learners."""


class LearnerError(Exception):
    """The learner's code raised: the exception's type and message, and the learner's own line."""

    def __init__(
        self,
        type_name: str,
        message: str,
        line_number: int | None = None,
        line: str | None = None,
    ) -> None:
        super().__init__(type_name, message, line_number, line)
        self.type_name = type_name
        self.message = message
        self.line_number = line_number
        self.line = line


class LearnerTimeout(LearnerError):  # noqa: N818 - it is one, by its base
    """The learner's code did not come back in time."""


class WrongResult(LearnerError):  # noqa: N818 - it is one, by its base
    """The learner's code came back with something that is no array; ``message`` says with what."""


class Output(io.TextIOBase):
    """What the learner's code printed in a check: its beginning, however much there is.

    Args:
        trusted: whether it is the reference's or the catalogue's code, which ends, prints nothing
            and warns of nothing that `examine` does not ignore. Thousands of calls are made.

    Attributes:
        seconds_left: the time that the code may still take in this check.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self.text = ""
        self.silent = False
        self.trusted = trusted
        self.seconds_left = SECONDS_PER_CHECK

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not self.silent and len(self.text) <= _SHOWN_CHARACTERS:
            self.text += _printable(text[: _SHOWN_CHARACTERS + 1])
        return len(text)

    def shown(self) -> str:
        cut = len(self.text) > _SHOWN_CHARACTERS
        return self.text[:_SHOWN_CHARACTERS] + ("\n… and more" if cut else "")


def run(function: Callable[..., Any], *arguments: Any, output: Output) -> Any:
    """``function(*arguments)`` with its prints and warnings captured, within the time budget.

    Raises:
        LearnerError: for whatever the function raised, SystemExit and an interrupt included.
        LearnerTimeout: it took longer than `SECONDS_PER_CALL`, or all calls together longer than
            `SECONDS_PER_CHECK` (where `keeps_time` does not hold, an endless loop has to be
            interrupted by hand).
    """
    if output.trusted:
        try:
            return function(*arguments)
        except LearnerError:
            raise
        except BaseException as error:
            raise LearnerError(type(error).__name__, _message(error)) from None
    seconds, started = min(SECONDS_PER_CALL, output.seconds_left), time.monotonic()
    try:
        if seconds <= 0 and keeps_time():
            raise _OutOfTime
        with (
            warnings.catch_warnings(),
            np.errstate(),  # put back whatever it sets, or was stopped in the middle of setting
            redirect_stdout(output),
            redirect_stderr(output),
        ):
            warnings.simplefilter("ignore")
            return _in_time(seconds, function, *arguments)
    except LearnerError:
        raise
    except _OutOfTime as error:
        said = f"no answer after {seconds:g} seconds"
        if seconds < SECONDS_PER_CALL:
            said = f"all calls of this check together took {SECONDS_PER_CHECK:g} seconds"
        raise LearnerTimeout("Timeout", said, *_own_line(error)) from None
    except BaseException as error:
        raise LearnerError(type(error).__name__, _message(error), *_own_line(error)) from None
    finally:
        output.seconds_left -= time.monotonic() - started


def as_array(value: Any, what: str) -> Array:
    """A copy of ``value`` as a plain array of real numbers.

    Raises:
        WrongResult: it is something else; the message says what and what to look for.
    """
    if value is None:
        question = " Is there a `return` at the end?" if what.startswith("the result") else ""
        raise WrongResult("None", f"{what} is None.{question}")
    if isinstance(value, GeneratorType):
        raise WrongResult(
            "generator", f"{what} is a generator: there is a `yield` where a `return` should be."
        )
    if isinstance(value, bool | int | float | np.generic):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        kind = type(value).__name__
        article = "an" if kind[:1].lower() in "aeiou" else "a"
        raise WrongResult(kind, f"{what} is {article} {kind}, where a NumPy array is expected.")
    if value.dtype.kind == "c":
        raise WrongResult(
            "complex", f"{what} has complex numbers. After an FFT, is the real part taken?"
        )
    if value.dtype.kind not in "fiub":
        raise WrongResult(
            str(value.dtype), f"{what} has dtype {value.dtype}, where real numbers are expected."
        )
    if value.size > _MOST_NUMBERS:
        raise WrongResult("size", f"{what} has {value.size:,} numbers, which is far too many.")
    return np.array(value)


@contextmanager
def others_keep_time() -> Iterator[None]:
    """Meanwhile no time is kept here: whoever answers the calls has limits, as an airlock does."""
    global _others
    _others += 1
    try:
        yield
    finally:
        _others -= 1


def keeps_time() -> bool:
    """Whether time budgets are held here: in the main thread of a POSIX system, unless
    `others_keep_time`."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and hasattr(signal, "setitimer") and not _others


class _OutOfTime(BaseException):
    """Not an Exception, so that ``except Exception`` in the learner's loop does not swallow it."""


def _in_time(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    """``function(*arguments)``, interrupted after so many seconds.

    Raises:
        _OutOfTime: it took longer.
    """
    if not keeps_time():
        return function(*arguments)
    here, running, late = sys._getframe(), True, False

    def stop(signal_number: int, frame: FrameType | None) -> None:
        nonlocal late
        late = True
        # On the way back through this very frame nothing is in the way of ending the alarm.
        if running and frame is not here:
            _stop_at_next_line(frame, here)
            raise _OutOfTime

    started, tracing = time.monotonic(), sys.gettrace()
    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.01)
    try:
        result = function(*arguments)
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        if sys.gettrace() is not tracing:
            sys.settrace(tracing)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if left:
            elapsed = time.monotonic() - started
            signal.setitimer(signal.ITIMER_REAL, max(left - elapsed, 1e-3), interval)
    if late:
        raise _OutOfTime
    return result


def _stop_at_next_line(frame: FrameType | None, outermost: FrameType) -> None:
    """Let every running frame raise once more, should a bare ``except:`` swallow the first time."""

    def stop(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            raise _OutOfTime
        return stop

    sys.settrace(lambda frame, event, argument: None)
    while frame is not None and frame is not outermost:
        frame.f_trace = stop
        frame = frame.f_back


def _message(error: BaseException) -> str:
    try:
        return _printable(str(error))
    except BaseException:
        return ""


def _printable(text: str) -> str:
    """Plain text that any stream can encode: halves of a character become question marks."""
    return text.encode(errors="replace").decode()


def _own_line(error: BaseException) -> tuple[int | None, str | None]:
    """The innermost line that is neither Python's, nor a package's, nor convkit's."""
    own: tuple[int | None, str | None] = (None, None)
    for frame in traceback.extract_tb(error.__traceback__):
        if not _from_a_library(frame.filename):
            own = (frame.lineno, frame.line or None)
    return own


def _from_a_library(filename: str) -> bool:
    """A compiled module gives the name that its source had where it was built."""
    return filename.startswith(("<frozen", "<__array_function__", *_LIBRARIES)) or (
        filename.endswith((".pyx", ".pxd", ".pxi"))
    )
