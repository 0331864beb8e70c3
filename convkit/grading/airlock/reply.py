"""A worker's reply: taken apart without believing any of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks import LearnerError
from convkit.grading.airlock import wire
from convkit.layers import Array

_MESSAGE_CAP = 4_000


def opened(reply: Any, question: int, arrays: list[Array]) -> tuple[Any, LearnerError | None]:
    """The value or the failure in a reply; changed arguments are written back.

    Args:
        reply: whatever came back.
        question: the number of the question that it must answer.
        arrays: the arguments that were sent, in order.

    Raises:
        FramingError: it is no reply to that question.
    """
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
