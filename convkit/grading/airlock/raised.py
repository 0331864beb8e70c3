"""Exceptions of student code, as data. Runs in the worker, beside student code.

It imports nothing of convkit's.
"""

from __future__ import annotations

import linecache
import traceback
from typing import Any

_MESSAGE_CAP = 2_000


def described(error: BaseException) -> dict[str, Any]:
    """An exception as data: its type, its message, and the student's own line."""
    try:
        return _shown(error)
    except BaseException:  # student code can make a class of exceptions that does anything
        return {"type_name": "Exception", "message": "it cannot be shown"}


def _shown(error: BaseException) -> dict[str, Any]:
    line_number: int | None
    line: str | None
    if isinstance(error, SyntaxError):
        line_number, line = error.lineno, error.text
    else:
        line_number, line = None, None
        for frame, number in traceback.walk_tb(error.__traceback__):  # a million, maybe
            if frame.f_code.co_filename.startswith("<%%implement"):
                line_number, filename = number, frame.f_code.co_filename
        if line_number is not None:
            line = linecache.getline(filename, line_number)
    try:
        message = str(error)
    except BaseException:
        message = "its message cannot be shown"
    if isinstance(error, MemoryError) and not message:
        message = "there is not so much memory"
    return {
        "type_name": _printable(type(error).__name__),
        "message": _printable(message),
        "line_number": line_number,
        "line": line and _printable(line.strip()),
    }


def _printable(text: str) -> str:
    return text[:_MESSAGE_CAP].encode(errors="replace").decode()
