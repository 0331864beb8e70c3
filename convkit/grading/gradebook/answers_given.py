"""What a class answered to the lectures' questions, of those who handed their answers in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from convkit.grading.intake.folder import Folder
from convkit.grading.intake.shared_records import shared_record
from convkit.grading.terminal import harmless
from convkit.learning.answers import FILE, attempts
from convkit.learning.questions import CHOICE, PLACE, WRITTEN, Asked, lectures

_SHOWN = 4
_LONGEST = 60


@dataclass(frozen=True)
class FirstTries:
    """What a class answered to a question at first.

    Attributes:
        tries: how many answered.
        right: how many of them were right; None where the answer is written and nobody judges it.
        others: what else was said, with how many said it, the most frequent first.
    """

    asked: Asked
    tries: int
    right: int | None
    others: tuple[tuple[str, int], ...]

    @property
    def distribution(self) -> list[tuple[str, int]]:
        """Each answer with how many gave it, what is right first."""
        if self.right is None:
            return [("in writing", self.tries)]
        right = "right" if self.asked.kind == PLACE else f"{self.asked.right} (right)"
        return [(right, self.right), *self.others]


def first_tries(folders: Iterable[Folder]) -> tuple[int, list[FirstTries]]:
    """How many handed their answers in, and what was said to each question, in their order.

    Whoever did not put an ``answers.json`` into what was handed in is not counted. Of an answer
    only the first try is. What somebody has written is not shown.
    """
    given = [found for folder in folders if (found := shared_record(folder, FILE)) is not None]
    every = (asked for questions in lectures().values() for asked in questions)
    return len(given), [told for asked in every if (told := _told(asked, given)).tries]


def answers_given(folders: Iterable[Folder]) -> str:
    """The same in words; "" where nobody handed answers in."""
    students, told = first_tries(folders)
    if not students:
        return ""
    people = "1 student" if students == 1 else f"{students} students"
    lines = [f"Answers to the lectures' questions, first tries, of {people} who handed them in:"]
    for lecture, questions in groupby(told, lambda each: each.asked.lecture):
        lines += [f"  {lecture}", *map(_in_a_line, questions)]
    return "\n".join(lines)


def _told(asked: Asked, given: list[dict[str, Any]]) -> FirstTries:
    firsts = [first for each in given if (first := _first(asked, each)) is not None]
    if asked.kind == WRITTEN:
        return FirstTries(asked, len(firsts), None, ())
    others = Counter(_in_words(asked, first) for first in firsts if not asked.holds(first))
    right = len(firsts) - others.total()
    return FirstTries(asked, len(firsts), right, tuple(others.most_common()))


def _in_a_line(told: FirstTries) -> str:
    if told.right is None:
        return f"    {told.asked.name}: {told.tries} in writing"
    said = "; ".join(f"{words} ({count})" for words, count in told.others[:_SHOWN])
    return f"    {told.asked.name}: {told.right} of {told.tries} right{f'; {said}' if said else ''}"


def _first(asked: Asked, answers: dict[str, Any]) -> Any:
    """The first try, if it is an answer to the question; else None."""
    tries = answers.get(asked.name)
    first = attempts(asked, tries[:1]) if isinstance(tries, list) else []
    return first[0]["given"] if first else None


def _in_words(asked: Asked, given: Any) -> str:
    if asked.kind == CHOICE:
        known = [text for text, _ in asked.wrong]
        return f'"{given}"' if given in known else "something that is no option"
    return harmless(str(given), _LONGEST)
