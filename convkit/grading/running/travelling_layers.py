"""The layers that travel with a submission: which of them are the student's own.

A network that is built from `convkit.learning.own_layers` takes its layers from files,
``mine/*.py``, that were handed in beside the notebook. What a ``progress.json`` among them says of
these is not believed: before anything else runs each file is loaded in a worker that has no
reference, and checked from outside like any other answer. What came of it is written down as the
only progress.json there is, for whatever runs in a sandbox afterwards, and returned, for the tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from convkit.checks import examine
from convkit.grading import notebook as nb
from convkit.grading.airlock.airlock import Airlock
from convkit.grading.airlock.times import Times
from convkit.grading.running.forbidden_imports import imports
from convkit.grading.sandbox.bubblewrap import Sandbox
from convkit.learning import journal
from convkit.learning.own_layers import Badge, Badges
from convkit.mine import kept_file

_OWN_LAYERS = "convkit.learning.own_layers."
_CHARACTERS_CAP = 100_000


def parts(source: NotebookNode) -> list[str]:
    """The names that an assignment's answers take from `own_layers`, without `badges`."""
    taken = [
        name.removeprefix(_OWN_LAYERS)
        for _, text in nb.implementations(source)
        for name in imports(text)
        if name.startswith(_OWN_LAYERS)
    ]
    return list(dict.fromkeys(taken))


def judge(names: Iterable[str], folder: Path, sandbox: Sandbox, times: Times) -> Badges:
    """Check what ``folder`` holds of the student's own, and write down there what came of it.

    Args:
        names: what may be the student's own.
        folder: a submission's files; its progress.json is made anew.
        sandbox: where they are loaded; it starts with those files in its working directory.
        times: as in `Airlock`; each of the names counts as a test.
    """
    _remove(folder / journal.FILE)
    found = {name: _read(folder, name) for name in names}
    sources = [(name, source) for name, source in found.items() if source is not None]
    badges = {
        name: Badge(
            name, yours=False, note=f"mine/{name.lower()}.py was not handed in, or is not text"
        )
        for name in found
    }
    airlock = Airlock(sources, [name for name, _ in sources], sandbox, times=times)
    try:
        for name, source in sources:
            airlock.next_test()
            journal.keep(examine(airlock.lent[name]), source, folder)
            badges[name] = Badge.of(journal.state(name, folder))
            error = airlock.why_missing(name)
            if error is not None:
                note = f"yours does not load: {error.type_name}: {error.message}"
                badges[name] = Badge(name, yours=False, note=note)
    finally:
        airlock.close()
    if (folder / journal.FILE).exists():
        (folder / journal.FILE).chmod(0o644)  # the sandbox's user is another
    return Badges(badges.values())


def bring(notebooks: Iterable[Path], folder: Path) -> None:
    """Lay what notebooks implement into ``folder``, as a student's own that travels along."""
    for notebook in notebooks:
        for name, text in nb.implementations(nbformat.read(notebook, as_version=4)):
            path = kept_file(name, folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def bring_along(source: Path, folder: Path) -> None:
    """For the solution in ``source``, lay the solutions beside it into ``folder``, where it needs
    them: it brings what a student brings who has done all of the course."""
    if any(parts(nbformat.read(path, as_version=4)) for path in source.glob("*.ipynb")):
        others = source.parent.glob("*/*.ipynb")
        bring(sorted(path for path in others if path.parent != source), folder)


def _read(folder: Path, name: str) -> str | None:
    """The source of the student's ``name``; None where there is none that could be loaded."""
    try:
        text = kept_file(name, folder).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    return text if len(text) <= _CHARACTERS_CAP else None


def _remove(path: Path) -> None:
    """Whatever a student put there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
