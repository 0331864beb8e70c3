"""The journal: how far the learner is, each name untouched, started, failing, or theirs.

What a check of the learner's own code found is kept in ``progress.json``, beside ``mine/`` in the
course folder, and stays there: nothing is sent anywhere.
"""

from __future__ import annotations

import html
import json
import linecache
import re
import sys
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from convkit import checks, mine
from convkit.checks.checking import WrongName, find, modules, newcomers
from convkit.checks.judging.properties import HOLDS
from convkit.learning import time_spent
from convkit.learning.course_concepts import course_concepts
from convkit.learning.magics import why_not_loaded
from convkit.learning.records import read, write
from convkit.mine import course_folder, kept_file

UNTOUCHED, STARTED, FAILING, YOURS = "untouched", "started", "failing", "yours"
MARKS = {UNTOUCHED: "·", STARTED: "…", FAILING: "✗", YOURS: "✓"}

FILE = "progress.json"
Record = dict[str, Any]


@dataclass(frozen=True)
class NameProgress:
    """How far a name is: its state, and what there is to say about it."""

    name: str
    state: str
    note: str = ""


class Progress:
    """Every name of every assignment; a notebook shows it as a table, a terminal as text.

    Attributes:
        assignments: by assignment, the names that its checks ask for, each with its state.
    """

    def __init__(self, assignments: dict[str, list[NameProgress]]) -> None:
        self.assignments = assignments

    def __repr__(self) -> str:
        lines = []
        for assignment, names in self.assignments.items():
            lines.append(f"{_bar(names)} {assignment}  ({_count(names)})")
            width = max(len(entry.name) for entry in names)
            for entry in names:
                said = f"{entry.state}: {entry.note}" if entry.note else entry.state
                lines.append(f"  {MARKS[entry.state]} {entry.name:<{width}}  {said}")
        return "\n".join(lines) or "There are no exercises here and nothing of yours yet."

    def _repr_html_(self) -> str:
        if not self.assignments:
            return f"<p>{html.escape(repr(self))}</p>"
        rows = []
        for assignment, names in self.assignments.items():
            rows.append(
                f'<tr><th colspan="3" style="text-align:left">{html.escape(assignment)} '
                f'<progress max="{len(names)}" value="{_done(names)}" '
                f'aria-label="{html.escape(assignment)}: {_count(names)}"></progress> '
                f'<span style="font-weight:normal">{_count(names)}</span></th></tr>'
            )
            for entry in names:
                cells = (
                    f"{MARKS[entry.state]} <code>{html.escape(entry.name)}</code>",
                    entry.state,
                    html.escape(entry.note),
                )
                row = "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells)
                rows.append(f"<tr>{row}</tr>")
        return f"<table>{''.join(rows)}</table>"


def progress(name: Any = None, *, start: Path | None = None) -> Progress:
    """How far the learner is in the course at or above ``start`` (the working directory).

    The names are those that the notebooks under ``exercises/`` check; where there is no such
    folder, those that the learner has begun.

    Args:
        name: a name, or the class or function itself, to see that one alone.

    Raises:
        WrongName: it is none of them.
    """
    folder = course_folder(start)
    records = read(folder / FILE)
    assignments = _assignments(folder)
    if not assignments and records:
        assignments = {folder.name: sorted(records.keys() & modules().keys())}
    if name is not None:
        name = getattr(name, "__name__", name)
        known = list(dict.fromkeys(each for names in assignments.values() for each in names))
        assignments = {title: [name] for title, names in assignments.items() if name in names}
        if not assignments:
            raise WrongName(f"name: expected one of {', '.join(known)}, got {name!r}")
    return Progress(
        {
            assignment: [_state(name, folder, records.get(name)) for name in names]
            for assignment, names in assignments.items()
        }
    )


def state(name: str, folder: Path | None = None) -> NameProgress:
    """How far the learner is with one name in a course's ``folder`` (that at or above here)."""
    folder = folder or course_folder()
    return _state(name, folder, read(folder / FILE).get(name))


def was_checked(name: str) -> bool:
    """Whether an attempt of the learner at ``name`` has ever been checked in this course."""
    return name in read(course_folder() / FILE)


def connect() -> None:
    """From now on the course's own concepts are known, and what a check of the learner's own code
    finds out is kept."""
    newcomers[:] = [lambda: course_concepts(course_folder())]
    if _ended not in checks.listeners:
        checks.listeners.append(_ended)
        checks.remarks[:] = [_whose]
        checks.finders[:] = [partial(getattr, mine)]
        time_spent.begin()


def _whose(target: Any) -> str | None:
    """Whose version a check looks at, where a learner may be mistaken about it."""
    name = getattr(target, "__name__", None)
    if not isinstance(name, str):
        return None
    failed, module = why_not_loaded(name), str(getattr(target, "__module__", ""))
    why = f"Your last cell for {name} did not load ({failed.splitlines()[0]}). " if failed else ""
    if module.startswith("convkit.") and not module.startswith("convkit.mine"):
        return f"{why}This is convkit's own {name}, not yours."
    return f"{why}This is your version from before." if failed else None


def _ended(target: Any, report: checks.Report) -> None:
    """Keep what ``report`` says, if ``target`` is the learner's and not, say, the reference."""
    place = kept_file(report.name, course_folder()).stem
    module = sys.modules.get(f"convkit.mine.{place}")
    if module is None or vars(module).get(report.name) is not target:
        return
    assert module.__file__ is not None
    source = "".join(linecache.getlines(module.__file__))
    keep(report, source, course_folder())
    time_spent.keep(report.name)


def keep(report: checks.Report, source: str, folder: Path) -> None:
    """Write down in ``folder`` what a check of ``source`` found out."""
    records = read(folder / FILE)
    version = _version(source)
    record = _whole(records.get(report.name))
    if record is None or record["version"] != version:
        record = {"version": version, "groups": {}}
    for group in {result.group for result in report.results}:
        record["groups"][group] = [
            result.name
            for result in report.results
            if result.group == group and result.status != HOLDS
        ]
    write(folder / FILE, {**records, report.name: record}, "progress")


def _whole(record: Any) -> Record | None:
    """What is kept of a name; None where it is nothing, or damaged."""
    groups = record.get("groups") if isinstance(record, dict) else None
    if not isinstance(groups, dict) or "version" not in record:
        return None
    lists = all(isinstance(names, list) for names in groups.values())
    return (
        record if lists and all(isinstance(n, str) for ns in groups.values() for n in ns) else None
    )


def _state(name: str, folder: Path, kept: Any) -> NameProgress:
    try:
        source = kept_file(name, folder).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return NameProgress(name, UNTOUCHED)
    record = _whole(kept)
    if record is None:
        return NameProgress(name, STARTED, "not checked yet")
    if record["version"] != _version(source):
        return NameProgress(name, STARTED, "changed since it was checked")
    groups = record["groups"]
    failing = [f"{group}: {', '.join(names)}" for group, names in groups.items() if names]
    if failing:
        return NameProgress(name, FAILING, "; ".join(failing))
    asked = find(name).properties if name in modules() else ()
    left = sorted({p.group for p in asked} - set(groups))
    if left:
        return NameProgress(name, STARTED, f"{' and '.join(left)} not checked yet")
    return NameProgress(name, YOURS)


def _assignments(folder: Path) -> dict[str, list[str]]:
    """By assignment, the names that the code cells of its exercise check, in their order."""
    assignments = {}
    for path in sorted(folder.glob("exercises/*/*.ipynb")):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        except (ValueError, KeyError, TypeError):
            continue  # the learner's copy may be damaged; the other exercises are not
        names = re.findall(r"^check\((\w+)", "\n".join(code), flags=re.MULTILINE)
        if names:
            assignments[path.stem] = list(dict.fromkeys(names))
    return assignments


def _version(source: str) -> str:
    return sha256(source.encode()).hexdigest()


def _done(names: list[NameProgress]) -> int:
    return sum(entry.state == YOURS for entry in names)


def _count(names: list[NameProgress]) -> str:
    return f"{_done(names)} of {len(names)} yours"


def _bar(names: list[NameProgress], width: int = 10) -> str:
    filled = width * _done(names) // len(names)
    return "█" * filled + "░" * (width - filled)
