"""What a class answered to the lectures' questions, of those who handed their answers in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from convkit.grading.intake.folder import Folder
from convkit.grading.terminal import harmless
from convkit.learning.answers import ATTEMPTS, FILE
from convkit.learning.questions import CHOICE, PLACE, WRITTEN, Asked, lectures

_BYTES = 1 << 20
_SHOWN = 4
_LONGEST = 60


def answers_given(folders: Iterable[Folder]) -> str:
    """By question how many answered, how many were right at first, and what the others said.

    Whoever did not put an ``answers.json`` into what was handed in is not counted. Of an answer
    only the first try is. What somebody has written is not shown.
    """
    given = [found for folder in folders if (found := _handed_in(folder)) is not None]
    if not given:
        return ""
    people = "1 student" if len(given) == 1 else f"{len(given)} students"
    lines = [f"Answers to the lectures' questions, first tries, of {people} who handed them in:"]
    for title, questions in lectures().items():
        told = [_told(asked, given) for asked in questions]
        if any(told):
            lines += [f"  {title}", *filter(None, told)]
    return "\n".join(lines)


def _handed_in(folder: Folder) -> dict[str, Any] | None:
    """What the file says, which anybody may have written; None where there is none."""
    for path in folder.files:
        if path.name == FILE and path.parent == folder.path:
            try:
                found = json.loads(path.read_bytes()) if path.stat().st_size <= _BYTES else None
            except (OSError, ValueError, RecursionError):
                return None
            return found if isinstance(found, dict) else None
    return None


def _told(asked: Asked, given: list[dict[str, Any]]) -> str:
    """One line about a question; "" where nobody answered it."""
    firsts = [first for each in given if (first := _first(asked, each)) is not None]
    if not firsts:
        return ""
    if asked.kind == WRITTEN:
        return f"    {asked.name}: {len(firsts)} in writing"
    right = sum(bool(asked.holds(first)) for first in firsts)
    others = Counter(_in_words(asked, first) for first in firsts if not asked.holds(first))
    said = "; ".join(f"{words} ({count})" for words, count in others.most_common(_SHOWN))
    return f"    {asked.name}: {right} of {len(firsts)} right{f'; {said}' if said else ''}"


def _first(asked: Asked, answers: dict[str, Any]) -> Any:
    """The first try, if it is of the kind that the question asks for; else None."""
    attempts = answers.get(asked.name)
    if not isinstance(attempts, list) or not 0 < len(attempts) <= ATTEMPTS:
        return None
    first = attempts[0]
    given = first.get("given") if isinstance(first, dict) else None
    if asked.kind in (CHOICE, WRITTEN):
        return given if isinstance(given, str) else None
    if asked.kind == PLACE:
        return given if isinstance(given, list) and len(given) == 2 else None
    return given if isinstance(given, int | float) and not isinstance(given, bool) else None


def _in_words(asked: Asked, given: Any) -> str:
    if asked.kind == CHOICE:
        known = [text for text, _ in asked.wrong]
        return f'"{given}"' if given in known else "something that is no option"
    return harmless(str(given), _LONGEST)
