"""What the learner answered, kept in ``answers.json`` in the course folder.

It stays on the learner's machine: nothing is sent anywhere. Who wants to show the answers copies
the file into the folder that is handed in.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from convkit.learning.questions import WRITTEN, Asked, lectures
from convkit.learning.records import read, write
from convkit.mine import course_folder

FILE = "answers.json"
ATTEMPTS = 8
"""So many answers to one question are kept: the first, and the latest."""
CHARACTERS = 2_000

Attempt = dict[str, Any]


def keep(asked: Asked, given: Any, *, why: str = "", again: bool = False) -> None:
    """Write down an answer; a lecture goes on where that is impossible.

    Args:
        given: an option, a number, a place or a text.
        why: the reason, in the learner's own words.
        again: whether `recall` asked.
    """
    attempt: Attempt = {
        "given": given[:CHARACTERS] if isinstance(given, str) else given,
        "right": asked.holds(given),
        "day": date.today().isoformat(),
    }
    attempt |= {"why": why[:CHARACTERS]} if why else {}
    attempt |= {"again": True} if again else {}
    kept = read(course_folder() / FILE)
    before = kept.get(asked.name, [])
    first, *later = [*(before if isinstance(before, list) else [before]), attempt]
    kept[asked.name] = [first, *later[1 - ATTEMPTS :]]
    write(course_folder() / FILE, kept, "answer")


def answers(folder: Path | None = None) -> dict[str, list[Attempt]]:
    """By question that the lectures still ask, what was answered, in order.

    What is no answer to it is left out here, and stays in the file.
    """
    kept = read((folder or course_folder()) / FILE)
    found = {
        asked.name: given
        for each in lectures().values()
        for asked in each
        if (given := attempts(asked, kept.get(asked.name)))
    }
    return found


def attempts(asked: Asked, kept: Any) -> list[Attempt]:
    """Of what a file holds about a question, whoever wrote it, the answers that are whole."""
    return [each for each in kept if _whole(asked, each)] if isinstance(kept, list) else []


def _whole(asked: Asked, attempt: Any) -> bool:
    return (
        isinstance(attempt, dict)
        and asked.takes(attempt.get("given"))
        and isinstance(attempt.get("right"), bool | None)
        and isinstance(attempt.get("day"), str)
        and isinstance(attempt.get("why", ""), str)
    )


def due(lecture: str) -> list[Asked]:
    """What a lecture asks again when it begins.

    First what was missed when it was last met; then what was answered two and four lectures ago.
    Nothing twice on one day, and six questions at most.
    """
    order = list(lectures())
    here, kept = order.index(lecture), answers()
    met = [
        asked
        for title in order[:here]
        for asked in lectures()[title]
        if asked.kind != WRITTEN and asked.name in kept and not _today(kept[asked.name])
    ]
    chosen = [asked for asked in met if _missed(kept[asked.name])][:3]
    for ago, most in ((2, 2), (4, 1)):
        title = order[here - ago] if here >= ago else None
        others = [asked for asked in met if asked.lecture == title and asked not in chosen]
        chosen += sorted(others, key=lambda asked: len(kept[asked.name]))[:most]
    return chosen


def _missed(attempts: list[Attempt]) -> bool:
    """Whether the first answer of the day on which it was last met was wrong."""
    last = attempts[-1]["day"]
    return not next(attempt["right"] for attempt in attempts if attempt["day"] == last)


def _today(attempts: list[Attempt]) -> bool:
    """Whether `recall` has asked it today."""
    last = attempts[-1]
    return bool(last.get("again")) and last["day"] == date.today().isoformat()
