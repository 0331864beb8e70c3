"""ZIP archives from outside, read so that none fills the disk or writes where it should not."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from convkit.grading.intake.contents import UnreadableError
from convkit.grading.intake.folder import NOTEBOOK_BYTES, OTHER_BYTES, is_made, is_notebook

FILES = 10_000
"""So many files of one student are taken."""
STUDENT_BYTES = NOTEBOOK_BYTES + OTHER_BYTES
_DEPTH = 16
_NAME_BYTES = 240
_BLOCK = 1 << 20
_DRIVE = re.compile("[A-Za-z]:")


def opened(data: io.BufferedIOBase) -> zipfile.ZipFile:
    """An archive.

    Raises:
        UnreadableError: it is none, or damaged.
    """
    try:
        return zipfile.ZipFile(data)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise UnreadableError(f"is no ZIP archive, or a damaged one ({error})") from None


def entries(archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files in it, by paths that lead nowhere else; what programs make unasked is left out.

    Raises:
        UnreadableError: a path leads out of the archive, or a file is a link.
    """
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(name):
            raise UnreadableError(f"has a file that would be written elsewhere: {name[:80]!r}")
        if name.endswith("/") or any(map(is_made, path.parts)):
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableError(f"has a link in it, which is not followed: {name[:80]!r}")
        yield path, entry


def require_short(path: PurePosixPath) -> None:
    """See that a file of that name can be written.

    Raises:
        UnreadableError: it lies too deep, or its name is too long.
    """
    if len(path.parts) > _DEPTH or any(len(part.encode()) > _NAME_BYTES for part in path.parts):
        raise UnreadableError("lies too deep or has too long a name")


def put(files: dict[PurePosixPath, bytes], path: PurePosixPath, data: bytes) -> None:
    """Add a file; another of that name stays, and this one gets a number."""
    place, number = path, 1
    while files.get(place, data) != data:
        number += 1
        place = path.with_name(f"{path.stem} ({number}){path.suffix}")
    files[place] = data


def read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """A file in it, of which no more than ``most`` bytes are ever held, whatever it says of itself.

    Raises:
        UnreadableError: it has more, is locked by a password, or damaged.
    """
    cap = min(most, NOTEBOOK_BYTES if is_notebook(Path(entry.filename)) else OTHER_BYTES)
    blocks, left = [], cap
    try:
        with archive.open(entry) as file:
            while block := file.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    raise UnreadableError(f"is too large unpacked: more than {cap >> 20} MB")
                blocks.append(block)
    except RuntimeError as error:
        raise UnreadableError("is locked by a password") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableError(f"is damaged ({error})") from None
    return b"".join(blocks)


def unpacked(data: bytes, most: int) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of an archive that a student has handed in; archives in it stay as they are.

    Raises:
        UnreadableError: as the others here do, or there are too many files.
    """
    with opened(io.BytesIO(data)) as archive:
        for number, (path, entry) in enumerate(entries(archive)):
            if number == FILES:
                raise UnreadableError(f"holds more than {FILES:,} files")
            require_short(path)
            contents = read(archive, entry, most)
            most -= len(contents)
            yield path, contents
