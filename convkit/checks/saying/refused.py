"""What an operating system refuses, in a sentence with the cure."""

from __future__ import annotations

import errno

_NOT_YOURS = "Make it and its folder yours to read and write."
_FULL = "The disk is full: make room."
_CURES = {
    errno.ENOENT: "Is the name right, and are you in the right folder?",
    errno.EACCES: _NOT_YOURS,
    errno.EPERM: _NOT_YOURS,
    errno.EROFS: "Name a place that can be written to.",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EISDIR: "It is a folder: name a file.",
    errno.ENOTDIR: "Part of its path is a file and no folder: name another place.",
    errno.ENAMETOOLONG: "Give it a shorter name.",
}


def refused(error: OSError, place: object = "something here") -> str:
    """The error as a sentence.

    Args:
        place: what it is about, where the error does not say.
    """
    cure = _CURES.get(error.errno or 0, "")
    said = f"{error.filename or place} cannot be read or written: {error.strerror or error}."
    return f"{said} {cure}".rstrip()
