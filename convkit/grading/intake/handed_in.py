"""Work handed in: of whatever lies in a student's folder, the notebooks of the assignment.

Nothing here raises for what a student may have put there, follows a link, or runs anything.
"""

from __future__ import annotations

import copy
import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from convkit.grading import notebook as nb
from convkit.grading.intake.contents import UnreadableError
from convkit.grading.intake.folder import NOTEBOOK_BYTES, Folder, Why, is_notebook
from convkit.grading.intake.reading import read_notebook
from convkit.grading.intake.which_cell import Matched, match, released
from convkit.grading.outcome import Outcome, Status, together

_NOTEBOOKS_CAP = 20
_NEWER_SECONDS = 60.0
_SUFFIXES = ("", ".json", ".txt", ".gdoc", ".icloud", ".lnk", ".url", ".webloc")
_NOT_READ = {
    Why.LARGE: f"is too large: of all notebooks together {NOTEBOOK_BYTES >> 20} MB are read",
    Why.LOCKED: "cannot be read: no permission",
    Why.ELSEWHERE: "is a hard link to a file that lies elsewhere, which is not read. If all is as "
    "it should be, put a copy of it there",
}


@dataclass(frozen=True)
class Received:
    """One notebook of an assignment, as it came in.

    Attributes:
        notebook: the submitted notebook, in which the source's cells bear their names again (see
            `matching`) and of all others only text is left; None where there is none.
        outcome: GRADED where all of its answers are there, else why not.
        path: where it was found.
    """

    notebook: NotebookNode | None
    outcome: Outcome
    path: Path | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file that may be a notebook: what was read of it, or why nothing was."""

    path: Path
    notebook: NotebookNode | None = None
    changed: float = 0.0
    notes: tuple[str, ...] = ()
    damage: str = ""


@dataclass(frozen=True)
class _Version:
    """A candidate, seen as one of the assignment's notebooks."""

    candidate: _Candidate
    matched: Matched
    stubs: Mapping[str, str]

    @property
    def path(self) -> Path:
        return self.candidate.path

    @property
    def notebook(self) -> NotebookNode:
        return new_notebook(cells=self.matched.cells)

    def goes_on_from(self, other: _Version) -> bool:
        """Whether whatever is written in the other one is in this one too, and more."""
        ours, theirs = self._written(), other._written()
        return theirs.items() < ours.items()

    def is_like(self, other: _Version) -> bool:
        """Whether the same is answered; whatever was tried beside that does not count."""
        return (self._written(), nb.implementations(self.notebook)) == (
            other._written(),
            nb.implementations(other.notebook),
        )

    def _written(self) -> dict[str, str]:
        return {
            name: text.strip()
            for name, text in self.matched.answers.items()
            if text.strip() != self.stubs[name].strip()
        }


def receive(there: Folder, sources: Mapping[str, NotebookNode]) -> dict[str, Received]:
    """Find each notebook of an assignment in what a student handed in.

    A renamed notebook is known by what is in it. Of several the one that goes on from the others
    is taken, else the one with the right name, else the newest.

    Args:
        there: of one student and one assignment.
        sources: the notebooks that the assignment is made from, by name.
    """
    releases = {name: released(source) for name, source in sources.items()}
    candidates = [_read(path, there) for path in _possible(there, list(sources))]
    versions = _sorted_out(candidates, releases)
    received = {name: _received(name, there, candidates, versions[name]) for name in sources}
    if any(each.notebook is not None for each in received.values()):
        received = {name: _partly(name, each) for name, each in received.items()}
    notes = _left_out(there, candidates, list(sources))
    return {
        name: dataclasses.replace(
            each, outcome=together([each.outcome, Outcome(notes=tuple(notes))])
        )
        for name, each in received.items()
    }


def _right(there: Folder, name: str) -> Path:
    """Where a notebook should be."""
    return there.path / f"{name}.ipynb"


def _possible(there: Folder, names: Sequence[str]) -> list[Path]:
    """The files that may be notebooks, those with the right names first."""
    exact = [_right(there, name) for name in names]

    def may_be(path: Path) -> bool:
        name = path.name.lower()
        called_so = any(name.startswith(each.lower()) for each in names)
        return is_notebook(path) or (called_so and path.suffix.lower() in _SUFFIXES)

    known = [*there.files, *(path for path, why in there.left_out.items() if why in _NOT_READ)]
    found = sorted(filter(may_be, known), key=lambda path: (path not in exact, path))
    return found[:_NOTEBOOKS_CAP]


def _read(path: Path, there: Folder) -> _Candidate:
    if path in there.left_out:
        return _Candidate(path, damage=_NOT_READ[there.left_out[path]])
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            known = os.fstat(descriptor)
            data = file.read(NOTEBOOK_BYTES)
    except OSError as error:
        return _Candidate(path, damage=f"cannot be read: {error.strerror}")
    try:
        reading = read_notebook(data)
    except UnreadableError as error:
        return _Candidate(path, damage=str(error))
    return _Candidate(path, reading.notebook, known.st_mtime, reading.notes, reading.damage)


def _sorted_out(
    candidates: Iterable[_Candidate], releases: Mapping[str, NotebookNode]
) -> dict[str, list[_Version]]:
    """The versions of each notebook: a candidate counts for the one of which it holds most."""
    versions: dict[str, list[_Version]] = {name: [] for name in releases}
    for candidate in candidates:
        if candidate.notebook is None:
            continue
        found = {
            name: match(copy.deepcopy(candidate.notebook), release)
            for name, release in releases.items()
        }
        best = max(found, key=lambda name: (found[name].share, name in candidate.path.name))
        matched = found[best]
        named_so = best.lower() in candidate.path.name.lower()
        if matched.share >= (0.5 if not named_so else 1e-9):
            stubs = {n: cell.source for n, cell in nb.graded_cells(releases[best]).items()}
            versions[best].append(_Version(candidate, matched, stubs))
    return versions


def _received(
    name: str, there: Folder, candidates: Sequence[_Candidate], versions: Sequence[_Version]
) -> Received:
    """The one version that counts, or why there is none."""
    right = _right(there, name)
    found: list[Outcome] = []
    links = [path for path in (right, there.path) if there.left_out.get(path) is Why.LINK]
    if links:
        link = there.called(right) if right in links else "the folder"
        found.append(Outcome(Status.TAMPERED, f"{link} is a symbolic link, which is not followed"))
    if not versions:
        return Received(None, found[0] if found else _nothing(there, candidates))
    version, notes = _chosen(right, there, versions)
    if version is None:
        return Received(None, Outcome(Status.UNREADABLE, notes[0]))
    if version.candidate.damage:
        notes.append(f"It {version.candidate.damage}.")
    if version.path != right:
        notes.append(f"Taken from {there.called(version.path)}.")
    matched = version.matched
    if matched.forged:
        found.append(Outcome(Status.TAMPERED, "; ".join(matched.forged)))
    if matched.missing:
        why = "not there, or it cannot be told which of two texts it is"
        missing = ", ".join(map(repr, matched.missing))
        found.append(Outcome(Status.PARTIAL, f"{why}: the answer {missing}"))
    broken = [each for each in candidates if each.notebook is None]
    notes += [f"Not read: {there.called(each.path)} {each.damage}." for each in broken]
    notes += [*version.candidate.notes, *matched.notes]
    outcome = together([*found, Outcome(notes=tuple(notes))])
    return Received(version.notebook, outcome, version.path)


def _chosen(
    right: Path, there: Folder, versions: Sequence[_Version]
) -> tuple[_Version | None, list[str]]:
    """The version that the student meant, if that is certain, and what to know about the others."""
    ordered = sorted(versions, key=lambda version: version.path != right)
    different: list[_Version] = []
    for version in ordered:
        if not any(version.is_like(other) for other in different):
            different.append(version)
    last = [v for v in different if not any(other.goes_on_from(v) for other in different)]
    newest = sorted(last, key=lambda version: version.candidate.changed)
    others = [version.path for version in ordered]
    if len(last) == 1 or last[0].path == right:
        chosen, why = last[0], "there is nothing in them that is not in this one"
        if len(last) > 1:
            why = "they differ, and this one has the right name"
    elif newest[-1].candidate.changed - newest[-2].candidate.changed >= _NEWER_SECONDS:
        chosen, why = newest[-1], "they differ, and this one is the newest"
    else:
        return None, [f"it cannot be told which one is meant: {there.listed(others)} differ"]
    others.remove(chosen.path)
    return chosen, [f"Not taken: {there.listed(others)} ({why})."] if others else []


def _nothing(there: Folder, candidates: Sequence[_Candidate]) -> Outcome:
    """Why none of the files is the notebook."""
    broken = [each for each in candidates if each.damage]
    if broken:
        reasons = [f"{there.called(each.path)} {each.damage}" for each in broken[:3]]
        return Outcome(Status.UNREADABLE, "; ".join(reasons))
    if candidates:
        names = there.listed([each.path for each in candidates])
        return Outcome(
            Status.MISSING,
            f"less than half of the assignment's answers and tests are in {names}",
        )
    if there.problem:
        return Outcome(Status.MISSING, there.problem)
    if not there.files:
        empty = "nothing in the folder can be read" if there.left_out else "the folder is empty"
        return Outcome(Status.MISSING, empty)
    return Outcome(Status.MISSING, f"there is no notebook; there is {there.listed(there.files)}")


def _partly(name: str, received: Received) -> Received:
    """Where other notebooks of the assignment are there, one that is not makes it a part."""
    outcome = received.outcome
    if outcome.status not in (Status.MISSING, Status.UNREADABLE):
        return received
    reason = f"the notebook {name} is {outcome.status}: {outcome.reason}"
    return dataclasses.replace(
        received, outcome=dataclasses.replace(outcome, status=Status.PARTIAL, reason=reason)
    )


def _left_out(there: Folder, candidates: Sequence[_Candidate], names: Sequence[str]) -> list[str]:
    notes = []
    told = {there.path, *(_right(there, name) for name in names)}
    told |= {each.path for each in candidates}
    for why in Why:
        left_out = [path for path, each in there.left_out.items() if each is why]
        if left_out := [path for path in left_out if path not in told or why is Why.NO_FILE]:
            notes.append(f"Left out, because {why}: {there.listed(left_out)}.")
    if there.problem and there.files:
        notes.append(f"Not all of the folder was looked at: {there.problem}.")
    if len(candidates) == _NOTEBOOKS_CAP:
        notes.append(f"Only the first {_NOTEBOOKS_CAP} notebooks were looked at.")
    return notes
