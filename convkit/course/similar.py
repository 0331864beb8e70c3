"""Implementations that are nearly the same but for names and layout: a place to look."""

from __future__ import annotations

import ast
import difflib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from convkit.course import CourseError
from convkit.grading import notebook as nb
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.course import Course
from convkit.grading.terminal import harmless, say
from convkit.plain import plainly

ALIKE = 0.9
"""From this on a pair is shown."""
SHORT = 60
"""Implementations with fewer words say nothing: there are not many ways to write them."""
OURS = "convkit"
BLOCK = 500
"""So many rows of the table of all pairs are worked out at a time."""


@dataclass(frozen=True)
class Pair:
    """Two implementations of ``name``, and how alike they are, 0 to 1."""

    name: str
    one: str
    other: str
    alike: float


def similar(root: Path, assignment: str, *, side_by_side: int) -> None:
    """Say which implementations of an assignment look alike, the most alike first.

    Args:
        side_by_side: of so many pairs the difference is shown.

    Raises:
        CourseError: nobody has been graded, so there is nothing to compare.
    """
    with opened(root) as (_, course):
        course.require(assignment)
        written = _written(course, assignment)
    if not any(set(by) - {OURS, "solutions"} for by in written.values()):
        raise CourseError(f"nothing in autograded/ is of {assignment}. Grade it first.")
    found = list(pairs(written))
    say("A place to look, not a verdict: short code comes out alike by itself, and so does what")
    say("was learned from one lecture. Talk with the students.")
    for number, pair in enumerate(found):
        names = f"{harmless(pair.one, 32)} and {harmless(pair.other, 32)}"
        say(f"{100 * pair.alike:.0f} %  {pair.name}: {names}")
        if number < side_by_side:
            one, other = (written[pair.name][who] for who in (pair.one, pair.other))
            lines = difflib.unified_diff(
                one.splitlines(), other.splitlines(), pair.one, pair.other, lineterm="", n=2
            )
            for line in lines:
                say(f"      {line}")
    if not found:
        say(f"No two are alike by {100 * ALIKE:.0f} % or more.")


def pairs(written: Mapping[str, Mapping[str, str]]) -> Iterator[Pair]:
    """Pairs by name that are alike, the most alike first.

    Args:
        written: for each name the implementations, as texts, by whose they are.
    """
    found = []
    for name, by in written.items():
        words = {who: each for who, text in by.items() if len(each := normal_form(text)) >= SHORT}
        who = sorted(words)
        for begin in range(0, len(who), BLOCK):
            rows = who[begin : begin + BLOCK]
            scores = process.cdist(
                [words[each] for each in rows],
                [words[each] for each in who],
                scorer=Indel.normalized_similarity,
                score_cutoff=ALIKE,
            )
            for i, j in zip(*np.nonzero(scores), strict=True):
                if begin + i < j and not {rows[i], who[j]} <= {OURS, "solutions"}:
                    found.append(Pair(name, rows[i], who[j], float(scores[i, j])))
    return iter(sorted(found, key=lambda each: (-each.alike, each.name, each.one, each.other)))


def normal_form(code: str) -> list[str]:
    """The code as words, whatever its names, comments, texts and layout; empty if not Python."""
    try:
        waiting: list[ast.AST] = [ast.parse(code)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    words = []
    while waiting:
        match waiting.pop():
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.Attribute(value=value, attr=name):
                words.append(f".{name}")
                waiting.append(value)
            case ast.Constant(value=value):
                words.append("text" if isinstance(value, str | bytes) else repr(value))
            case node:
                words.append(type(node).__name__)
                waiting += reversed(list(ast.iter_child_nodes(node)))
    return [word for word in words if word not in ("Load", "Store")]


def _written(course: Course, assignment: str) -> dict[str, dict[str, str]]:
    """All implementations of the assignment's names: students', the solution's, and convkit's."""
    found: dict[str, dict[str, str]] = {}
    with course.gradebook() as gradebook:
        students = sorted(student.id for student in gradebook.students)
    for name, source in course.sources(assignment).items():
        notebooks = {"solutions": source}
        notebooks |= {
            student: graded
            for student in students
            if (graded := course.graded(assignment, student, name)) is not None
        }
        for who, notebook in notebooks.items():
            for implemented, text in nb.implementations(notebook):
                found.setdefault(implemented, {})[who] = text
        for implemented, _ in nb.implementations(source):
            if plain := plainly(implemented):
                found[implemented][OURS] = inspect.getsource(plain)
    return found
