"""Code that fails instead of giving an array: what happened, in words."""

from __future__ import annotations

import builtins

from convkit.checks.observing.foreign_code import LearnerError, LearnerTimeout, WrongResult

_BUILTIN_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


def describe(error: LearnerError, stage: str, *, hidden: bool) -> str:
    """What went wrong while the learner's code ran, in a sentence or two.

    For a hidden case without the exception's own words, which may speak of the data.
    """
    if isinstance(error, WrongResult):
        return error.message
    if stage.startswith("the "):
        stage = f"The {stage.removeprefix('the ')}"
    where = f" in line {error.line_number}" if error.line_number else ""
    line = f": `{error.line.strip()}`" if error.line else ""
    own = f" It happens{where} of your code{line}." if where else ""
    if isinstance(error, LearnerTimeout):
        return (
            f"{stage} did not come back ({error.message}). It was stopped{where}{line}. "
            "Is there a loop that never ends?"
        )
    if error.type_name == "KeyboardInterrupt":
        return f"{stage} was interrupted{where}{line}."
    if error.type_name == "NotImplementedError":
        return f"{stage} is not written yet (NotImplementedError{where})."
    if hidden:
        kind = error.type_name if error.type_name in _BUILTIN_ERRORS else "an exception"
        return f"{stage} raised {kind}.{own}"
    message = f": {_short(error.message)}" if error.message else ""
    return f"{stage} raised {error.type_name}{message}.{own}{_tip(error)}"


def _tip(error: LearnerError) -> str:
    if error.type_name == "AttributeError" and any(
        f"'{name}'" in error.message for name in ("params", "grads", "training")
    ):
        return " Does __init__ begin with `super().__init__()`?"
    if error.type_name in ("SystemExit", "KeyboardInterrupt"):
        return " A layer returns; it does not end the program."
    return ""


def _short(message: str, limit: int = 300) -> str:
    message = " ".join(message.split())
    return message if len(message) <= limit else message[:limit] + " …"
