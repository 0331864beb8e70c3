"""What a class has got right and wrong, so that the next lecture can begin there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from convkit.checks.saying.wording import UNKNOWN
from convkit.course import CourseError
from convkit.course.platforms.roster import FILE, roster
from convkit.course.platforms.roster import sections as sections_of
from convkit.grading import notebook as nb
from convkit.grading.gradebook.answers_given import FirstTries, first_tries
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.course import Course
from convkit.grading.gradebook.standings import Row, rows
from convkit.grading.gradebook.times_shared import times_shared
from convkit.grading.intake.folder import look_into
from convkit.grading.outcome import Status

EXAMPLE_LINES = 40
_WHY = re.compile(
    r"^  Why: (?P<visible>.+)$"
    r"|^  Read: lectures/(?P<lecture>.+)\.ipynb, “(?P<section>.+)”$"
    r"|^    Why: (?P<hidden>.+(?:\n    (?!Hint: ).+)*)",
    re.MULTILINE,
)
_CHECKED = re.compile(r"\bcheck\((\w+)")


@dataclass
class Mistake:
    """A mistake that checks have named.

    Attributes:
        of: the name in whose implementation it is.
        students: who makes it.
        example: the implementation of one of them, without comments, names and texts.
    """

    of: str
    title: str
    sentence: str
    lecture: str = ""
    section: str = ""
    students: set[str] = field(default_factory=set)
    example: str = ""


@dataclass
class TestResult:
    """A test: the most it gives, and what each student earned, in points."""

    __test__ = False

    name: str
    points: float
    earned: list[float] = field(default_factory=list)

    @property
    def passed(self) -> int:
        return sum(each >= self.points for each in self.earned)

    @property
    def share(self) -> float:
        """Of its points, on average; 0 where nobody has a grade."""
        possible = len(self.earned) * self.points
        return sum(self.earned) / possible if possible else 0.0


@dataclass
class ClassReport:
    """A class and an assignment.

    Attributes:
        scores: in points, of those who have a grade.
        most: the points of the whole assignment.
        statuses: how many submissions ended so.
        to_see: who needs a person, and why; (student, reason).
        mistakes: those that most students make first.
        shared: how many handed in what they answered in the lectures.
        answers: what these answered at first, question by question.
        minutes: from check to check, of each who handed that in, the least first.
        section: the section of the roster that this is about; "" for everybody.
        sections: of the whole class, by section, the scores of those who have a grade.
    """

    assignment: str
    scores: list[float]
    most: float
    statuses: Counter[str]
    to_see: list[tuple[str, str]]
    tests: list[TestResult]
    mistakes: list[Mistake]
    shared: int = 0
    answers: Sequence[FirstTries] = ()
    minutes: Sequence[float] = ()
    section: str = ""
    sections: Mapping[str, list[float]] = field(default_factory=dict)

    @property
    def students(self) -> int:
        return self.statuses.total()


def class_report(root: Path, assignment: str, section: str = "") -> ClassReport:
    """Read the gradebook and the graded notebooks; nothing is graded or changed.

    Args:
        section: of the roster, where the report is to be about that one alone.

    Raises:
        GraderError: there is no such course or assignment.
        CourseError: there is no such section.
    """
    of = sections_of(roster(root))
    names = sorted({name for each in of.values() for name in each})
    if section and section not in names:
        known = ", ".join(names) or "none"
        raise CourseError(f"there is no section {section!r} in {FILE} (it has {known}).")
    with opened(root) as (_, course), course.gradebook() as gradebook:
        everybody = rows(gradebook, course, assignment)
        sections: dict[str, list[float]] = {name: [] for name in names}
        for row in everybody:
            if row.score is not None:
                for name in of.get(row.student.id, ()):
                    sections[name].append(row.score)
        found = [row for row in everybody if not section or section in of.get(row.student.id, ())]
        most = found[0].assignment.max_score if found else 0.0
        graded = [row for row in found if row.score is not None]
        tests, mistakes = _read(course, assignment, [row.student.id for row in graded])
        handed_in = [look_into(course.submitted(assignment, row.student.id)) for row in found]
        shared, answers = first_tries(handed_in)
        return ClassReport(
            assignment,
            [float(row.score or 0.0) for row in graded],
            most,
            Counter(str(row.outcome.status) if row.outcome else "not graded yet" for row in found),
            [(row.student.id, why) for row in found if (why := row.why_see) and _is_there(row)],
            tests,
            mistakes,
            shared,
            answers,
            times_shared(handed_in, _checked(course, assignment)),
            section,
            sections,
        )


def _checked(course: Course, assignment: str) -> set[str]:
    """The names that the assignment checks."""
    cells = (cell for source in course.sources(assignment).values() for cell in source.cells)
    code = (cell.source for cell in cells if cell.cell_type == "code")
    return {name for text in code for name in _CHECKED.findall(text)}


def _is_there(row: Row) -> bool:
    """Something was handed in, be it after the others were graded."""
    return row.outcome is None or row.outcome.status is not Status.MISSING or bool(row.outdated)


def _read(
    course: Course, assignment: str, students: Sequence[str]
) -> tuple[list[TestResult], list[Mistake]]:
    tests: dict[str, TestResult] = {}
    mistakes: dict[tuple[str, str], Mistake] = {}
    for name, source in course.sources(assignment).items():
        for cell in filter(nb.is_test, source.cells):
            known = str(nb.grade_id(cell))
            tests[known] = TestResult(known, nb.points(cell))
        for student in tqdm(students, desc="reading", unit="", leave=False, delay=2):
            notebook = course.graded(assignment, student, name)
            if notebook is not None:
                _count(notebook, student, tests, mistakes)
    ranked = sorted(mistakes.values(), key=lambda each: (-len(each.students), each.of, each.title))
    return list(tests.values()), ranked


def _count(
    notebook: NotebookNode,
    student: str,
    tests: dict[str, TestResult],
    mistakes: dict[tuple[str, str], Mistake],
) -> None:
    """Add what one student's graded notebook says."""
    codes = dict(nb.implementations(notebook))
    for cell in filter(nb.is_test, notebook.cells):
        test = tests.get(str(nb.grade_id(cell)))
        if test is None or not cell.outputs:
            continue
        test.earned.append(float(cell.outputs[-1].get("data", {}).get("text/plain", 0.0)))
        checked = _CHECKED.search(cell.source)
        if checked is None:
            continue
        for told in _mistakes(cell, checked[1]):
            mistake = mistakes.setdefault((told.of, told.title), told)
            mistake.students.add(student)
            mistake.lecture, mistake.section = (
                mistake.lecture or told.lecture,
                mistake.section or told.section,
            )
            mistake.example = mistake.example or anonymous(codes.get(told.of, ""))


def _mistakes(test: NotebookNode, of: str) -> Iterator[Mistake]:
    """The mistakes that are named below a test, by its check or, of a hidden one, by the grader."""
    said = "\n".join(text for output in test.outputs if (text := _text(output)).startswith("✗"))
    last = None
    for found in _WHY.finditer(said):
        if found["lecture"]:
            if last is not None:
                last.lecture, last.section = found["lecture"], found["section"]
            continue
        if last is not None:
            yield last
        why = " ".join((found["visible"] or found["hidden"]).split())
        title, _, sentence = why.partition(". ")
        last = Mistake(of, title.rstrip("."), sentence) if not why.startswith(UNKNOWN) else None
    if last is not None:
        yield last


def _text(output: NotebookNode) -> str:
    shown = output.get("text") or output.get("data", {}).get("text/plain", "")
    return "".join(shown)


def anonymous(code: str) -> str:
    """Code as it runs: without comments, and with nothing in its texts; "" where that is unsafe."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            node.value = _shortest(node.value)
        elif isinstance(getattr(node, "body", None), list):
            node.body = _without_texts(node.body)  # type: ignore[attr-defined]
    try:
        lines = ast.unparse(tree).splitlines()
    except (RecursionError, ValueError):
        return ""
    cut = [*lines[:EXAMPLE_LINES], "…"] if len(lines) > EXAMPLE_LINES else lines
    return "\n".join(cut)


def _shortest(value: str | bytes) -> str | bytes:
    """Keys such as "weight" are code; whatever has more than one word may be a name."""
    if isinstance(value, str) and re.fullmatch(r"[a-z_]{1,16}", value):
        return value
    return type(value)()


def _without_texts(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Statements that are not merely a text, as docstrings are."""
    kept = [
        each
        for each in body
        if not (
            isinstance(each, ast.Expr)
            and isinstance(each.value, ast.Constant)
            and isinstance(each.value.value, str | bytes)
        )
    ]
    return kept or [ast.Pass()]
