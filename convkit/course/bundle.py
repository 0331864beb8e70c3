"""What students get: a ZIP with exercises, lectures, and a convkit without grading or solutions."""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from tqdm import tqdm

import convkit
from convkit.course import files_below, require_new, write_anew
from convkit.grading.gradebook.application import generate, opened
from convkit.grading.gradebook.course import Course

_PACKAGE = Path(convkit.__file__).parent
_STAFF_ONLY = ("grading", "course")
_OURS = ("lectures", "docs", "concepts")


def bundle(root: Path, target: Path, assignments: Sequence[str]) -> None:
    """Write the students' ZIP.

    The exercises in it are generated now from solutions/, whatever lies in exercises/.

    Args:
        root: the course's folder.
        assignments: names of folders in solutions/; all of them if there are none.

    Raises:
        CourseError: the ZIP is there already.
        GraderError: an assignment is not there, or cannot be generated.
    """
    require_new(target)
    with tempfile.TemporaryDirectory() as scratch, opened(root) as (app, course):
        found = [*assignments] or _all(course)
        for assignment in found:
            course.require(assignment)
        for assignment in tqdm(found, desc="generating", unit="", leave=False):
            generate(app, course, assignment, Path(scratch, "exercises"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            top = target.stem
            for name, data in _contents(root, Path(scratch), course.directory.course_id):
                archive.writestr(f"{top}/{name}", data)
    write_anew(target, packed.getvalue())


def _all(course: Course) -> list[str]:
    source = course.source("any").parent
    return sorted(place.parent.name for place in source.glob("*/*.ipynb"))


def _contents(root: Path, scratch: Path, course_id: str) -> Iterator[tuple[str, bytes]]:
    texts = files("convkit.course") / "texts"
    name, wheel = students_wheel()
    yield name, wheel
    yield "README.md", (texts / "students.md").read_text("utf-8").replace("WHEEL", name).encode()
    config = f"c = get_config()  # noqa: F821\nc.CourseDirectory.course_id = {course_id!r}\n"
    yield "nbgrader_config.py", config.encode()
    for top, folder in ((scratch, "exercises"), *((root, each) for each in _OURS)):
        for path in files_below(top / folder):
            yield path.relative_to(top).as_posix(), path.read_bytes()


def students_wheel() -> tuple[str, bytes]:
    """A wheel of the convkit that runs here, without the grading and what a course is made from.

    It needs what convkit needs, and is installed by pip on any system.
    """
    installed = distribution("convkit")
    known = f"convkit-{installed.version}.dist-info"
    contents = {
        path.relative_to(_PACKAGE.parent).as_posix(): path.read_bytes()
        for path in files_below(_PACKAGE)
        if path.relative_to(_PACKAGE).parts[0] not in _STAFF_ONLY
    }
    for name in ("METADATA", "entry_points.txt"):
        contents[f"{known}/{name}"] = (installed.read_text(name) or "").encode()
    contents[f"{known}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: convkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in contents.items()]
    contents[f"{known}/RECORD"] = "\n".join([*lines, f"{known}/RECORD,,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return f"convkit-{installed.version}-py3-none-any.whl", packed.getvalue()


def _digest(data: bytes) -> str:
    """As a wheel's RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
