"""Which cell of a submitted notebook is which of the released one's, whatever became of it since.

A cell is known by nbgrader's name for it; where that was lost by its id, by the name it implements,
by its text, or, for a written answer, by being the only cell between two that are known.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from nbgrader.utils import compute_checksum

from convkit.grading import notebook as nb
from convkit.grading.intake.written_answers import below, own_prose, to_be_read
from convkit.mine import parse_implementation

_MAGIC = "%%implement"
_FORGED_TAGS = ("skip-execution", "raises-exception", "explore", "reference", "bonus:")


@dataclass(frozen=True)
class Matched:
    """A submitted notebook in which each cell of the released one is there at most once.

    Attributes:
        cells: in the student's order, those of the released notebook with its names for them.
        share: of the released answers and tests, those that are there.
        missing: the names of the answers that are not.
        answers: the text of each answer that is there.
        forged: what only an attempt to change the grading leaves behind, in sentences.
        notes: what was repaired, in sentences.
    """

    cells: list[NotebookNode]
    share: float
    missing: list[str]
    answers: dict[str, str]
    forged: list[str]
    notes: list[str]


def released(source: NotebookNode) -> NotebookNode:
    """The notebook that students are given: without solutions, hidden tests and mark schemes."""
    notebook = copy.deepcopy(source)
    resources: dict[str, Any] = {}
    for clear in (ClearSolutions(), ClearHiddenTests(), ClearMarkScheme(enforce_metadata=False)):
        notebook, resources = clear.preprocess(notebook, resources)
    return notebook


def match(submitted: NotebookNode, release: NotebookNode) -> Matched:
    """Find the cells of the released notebook in one that `reading.read_notebook` has read."""
    places = _places(submitted.cells, release.cells)
    known = {
        name: places[j]
        for j, cell in enumerate(release.cells)
        if j in places and (name := nb.grade_id(cell)) is not None
    }
    graded = nb.graded_cells(release)
    written = {name: cell for name, cell in graded.items() if not nb.is_trusted(cell)}
    judged = [name for name, cell in graded.items() if name in written or nb.is_test(cell)]
    forged = _forged(submitted.cells, known, graded)
    notes = _put_back(submitted.cells, known, graded)
    unmarked = [name for name in known if nb.grade_id(submitted.cells[known[name][0]]) != name]
    if unmarked:
        notes.append(f"Found although nbgrader's mark on it was lost: {_listed(unmarked)}.")
    names: dict[int, str] = {}
    dropped: set[int] = set()
    for name, copies in known.items():
        kept = copies[:1]
        if name in written:
            kept, more = _told_apart(submitted.cells, copies, name, written[name].source)
            notes += more
        names[kept[0]] = name
        dropped |= set(copies) - set(kept)
    cells: list[NotebookNode] = []
    prose = own_prose(submitted.cells, release.cells, places)
    put_back = {i for name in known.keys() & graded.keys() - written.keys() for i in known[name]}
    for i, cell in enumerate(submitted.cells):
        lost = [below(cell, prose[i])] if i in put_back and i in prose else []
        if i in dropped:
            cells += lost
            continue
        named = names.get(i)
        cell.metadata.pop("nbgrader", None)
        if named is not None:
            cell = nb.as_type(cell, graded[named].cell_type) if named in graded else cell
            cell.metadata["nbgrader"] = NotebookNode(grade_id=named)
        notes += _first_line_repaired(cell, written.get(named or ""))
        cells += [cell, *lost]
    read = to_be_read(cells, written) if prose else []
    if read:
        notes.append(
            f"Nothing was written in {_listed(read)}, and there is text elsewhere in the notebook: "
            "whether that is an answer is to be seen by hand."
        )
    return Matched(
        cells,
        share=sum(name in known for name in judged) / max(1, len(judged)),
        missing=[name for name in written if name not in known],
        answers={
            name: "\n".join([cell.source, *(prose.values() if name in read else ())])
            for cell in cells
            if (name := nb.grade_id(cell)) in written
        },
        forged=forged,
        notes=notes,
    )


def _places(
    submitted: Sequence[NotebookNode], release: Sequence[NotebookNode]
) -> dict[int, list[int]]:
    """Where each cell of the release is, by its index: the indices of all its copies."""
    places: dict[int, list[int]] = {}
    claimed: set[int] = set()

    def find(key: Callable[[NotebookNode], str | None]) -> None:
        keys = [None if j in places else key(cell) for j, cell in enumerate(release)]
        found: dict[int, list[int]] = {}
        for i, cell in enumerate(submitted):
            wanted = None if i in claimed else key(cell)
            if wanted is not None and keys.count(wanted) == 1:
                found.setdefault(keys.index(wanted), []).append(i)
        places.update(found)
        claimed.update(i for copies in found.values() for i in copies)

    find(nb.grade_id)
    find(lambda cell: cell.get("id") or None)
    find(_implemented)
    find(lambda cell: cell.source.strip() or None)
    for j, cell in enumerate(release):
        if j in places or nb.is_trusted(cell):
            continue
        anywhere = range(len(submitted))
        where = anywhere if _implemented(cell) else _between(j, places, release, anywhere)
        possible = [i for i in where if i not in claimed and _could_be(submitted[i], cell)]
        if len(possible) == 1:
            places[j] = possible
            claimed.update(possible)
    return places


def _implemented(cell: NotebookNode) -> str | None:
    """What a cell is the answer to, if it says so."""
    found = parse_implementation(_magic_first(cell.source))
    return None if found is None else f"{_MAGIC} {found[0]}"


def _could_be(submitted: NotebookNode, answer: NotebookNode) -> bool:
    """Whether a cell without any mark may be that answer: it defines the name, or is prose."""
    implementation = parse_implementation(answer.source)
    if implementation is None:
        return submitted.cell_type == answer.cell_type == "markdown"
    name = re.escape(implementation[0])
    return re.search(rf"^(def|class) {name}\b", submitted.source, re.MULTILINE) is not None


def _between(
    j: int, places: dict[int, list[int]], release: Sequence[NotebookNode], anywhere: range
) -> range:
    """Where the release's cell ``j`` can only be: between the known cells before and after it.

    Nothing, if another cell of its kind could be there as well.
    """
    before = max((p for p in places if p < j), default=-1)
    after = min((p for p in places if p > j), default=len(release))
    others = [k for k in range(before + 1, after) if k != j]
    if any(release[k].cell_type == release[j].cell_type for k in others):
        return range(0)
    begin = places[before][0] + 1 if before in places else anywhere.start
    return range(begin, places[after][0] if after in places else anywhere.stop)


def _forged(
    cells: Sequence[NotebookNode],
    known: dict[str, list[int]],
    graded: dict[str, NotebookNode],
) -> list[str]:
    """Signs on the tests that no notebook program and no older release leaves there."""
    found = []
    for name, test in graded.items():
        if not nb.is_test(test):
            continue
        for cell in (cells[i] for i in known.get(name, ())):
            tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith(_FORGED_TAGS)]
            for tag in sorted(set(tags) - set(test.metadata.get("tags", []))):
                found.append(f"the test {name!r} bears the tag {tag[:40]!r}")
            said = cell.metadata.get("nbgrader", {})
            there = said.get("points")
            # In an older release a test may be worth something else, but its checksum differs too.
            if there is not None and said.get("checksum") == compute_checksum(test):
                worth = float(test.metadata.nbgrader["points"])
                if there != worth:
                    shown = f"{there:g}" if isinstance(there, float) else repr(there)[:20]
                    found.append(f"the test {name!r} says {shown} points instead of {worth:g}")
            if said.get("solution") is True or said.get("grade") is False:
                found.append(f"the test {name!r} is marked as if it were none")
    return list(dict.fromkeys(found))


def _put_back(
    cells: Sequence[NotebookNode],
    known: dict[str, list[int]],
    graded: dict[str, NotebookNode],
) -> list[str]:
    """What became of the cells that students may not change, and that are the source's again."""
    became: dict[str, list[str]] = {"missing": [], "edited": [], "there more than once": []}
    for name, cell in graded.items():
        if not nb.is_trusted(cell):
            continue
        copies = known.get(name, [])
        if not copies:
            became["missing"].append(name)
        elif any(
            (cells[i].cell_type, cells[i].source.strip()) != (cell.cell_type, cell.source.strip())
            for i in copies
        ):
            became["edited"].append(name)
        elif len(copies) > 1:
            became["there more than once"].append(name)
    return [f"Put back, because {how}: {_listed(names)}." for how, names in became.items() if names]


def _told_apart(
    cells: Sequence[NotebookNode], copies: list[int], name: str, stub: str
) -> tuple[list[int], list[str]]:
    """Which copies of an answer count, the first of them as the answer itself."""
    written = [i for i in copies if cells[i].source.strip() != stub.strip()] or copies[:1]
    different = {cells[i].source: i for i in reversed(written)}
    first, *later = sorted(different.values())
    kept = [first]
    for i in later:
        upper, lower = cells[kept[-1]], cells[i]
        if i == kept[-1] + 1 and lower.cell_type == "code" and lower.source[:1].isspace():
            upper.source = f"{upper.source}\n{lower.source}"
        else:
            kept.append(i)
    notes = []
    if len(copies) > 1:
        notes.append(
            f"The answer {name!r} is there {len(copies)} times: "
            + (
                "the one that was written, or split, counts."
                if len(kept) == 1
                else "all are kept, and of functions and classes the last counts."
            )
        )
    return kept, notes


def _first_line_repaired(cell: NotebookNode, answer: NotebookNode | None) -> list[str]:
    """Let the magic be the first line, as it is released, where it was lost or moved down."""
    if cell.cell_type != "code":
        return []
    before = cell.source
    cell.source = _magic_first(before)
    wanted = parse_implementation(answer.source) if answer is not None else None
    if wanted is not None and before.strip() and _MAGIC not in _uncommented(cell.source):
        cell.source = f"{_MAGIC} {wanted[0]}\n{cell.source}"
        return [f"The line {_MAGIC} {wanted[0]} was missing, and is there again."]
    if cell.source.strip() != before.strip():
        return [f"{cell.source.splitlines()[0][:60]} was not on the first line, and is now."]
    return []


def _magic_first(text: str) -> str:
    """The text from ``%%implement`` on, where only comments, magics and blanks come before it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.split()[:1] == [_MAGIC]:
            return "\n".join([line.strip(), *lines[number + 1 :]])
        if line.strip() and not line.lstrip().startswith(("#", "%")):
            break
    return text


def _uncommented(text: str) -> list[str]:
    return [words[0] for line in text.split("\n") if (words := line.split())]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"
