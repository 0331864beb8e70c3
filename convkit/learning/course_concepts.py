"""A course's own concepts: its folder ``concepts/`` lies over three rooms of the package.

concepts/plain/softplus.py       the layer, plainly: what is right, and what a slip edits
concepts/promises/softplus.py    its cases, and what it promises
concepts/slips/softplus.py       the mistakes of it, or of any other layer
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from convkit.checks.checking import MODULES

FOLDER = "concepts"
ROOMS = {
    "plain": "convkit.plain",
    "promises": "convkit.checks.promises",
    "slips": "convkit.checks.naming.slips",
}


@cache
def course_concepts(course: Path) -> dict[str, str]:
    """Load what a course's folder adds: by name, the concept that it belongs to.

    Its modules are imported as if they lay beside the package's own.

    Raises:
        ValueError: a file or a name in it is called like one of convkit's.
    """
    names: dict[str, str] = {}
    for room, package in ROOMS.items():
        files = sorted((course / FOLDER / room).glob("*.py"))
        if not files:
            continue
        place = import_module(package).__path__
        for file in files:
            if (Path(place[0]) / file.stem).exists() or (Path(place[0]) / file.name).exists():
                raise ValueError(f"{file}: convkit has a {file.stem} already. Call it otherwise.")
        place.append(str(course / FOLDER / room))
        for file in files:
            module = import_module(f"{package}.{file.stem}")
            names |= dict.fromkeys(vars(module).get("CONCEPTS", ()), file.stem)
    for name in names.keys() & MODULES.keys():
        raise ValueError(f"{course / FOLDER}: convkit has a {name} already. Call it otherwise.")
    return names
