"""Contents of a file that should be a notebook: its text, or why it cannot be one.

Whatever the size of a notebook's outputs, the rest of it is read.
"""

from __future__ import annotations

import json
import re

_BYTES_CAP = 64 << 20
_BRACKETS_CAP = 1_000_000  # of JSON's own a few hundred bytes of memory each
_STAND_IN_BYTES = 10_000

_OTHER_FILES = {
    b"PK\x03\x04": "a ZIP archive (or an Office document)",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"{\\rtf": "a text document",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_STAND_INS = {
    rb"version https://git-lfs\.": ("a pointer of Git LFS", "run `git lfs pull`"),
    rb"(\.\./)*/?(\.git/)?annex/objects/": ("a pointer of git-annex", "run `git annex get`"),
    rb"bplist00.*NSURL": ("a placeholder of iCloud", "download the file"),
    rb"\{[^{}\[\]]*\"(doc_id|url)\"[^{}\[\]]*\}\s*$": (
        "a shortcut to Google Drive",
        "download the notebook as .ipynb",
    ),
    rb"L\0\0\0\x01\x14\x02\0": ("a shortcut of Windows", "open it to find the file"),
    rb"\[InternetShortcut\]": ("a shortcut to a web page", "download the file"),
    rb"<\?xml.*<key>URL</key>": ("a shortcut to a web page", "download the file"),
    rb"book\0\0\0\0mark": ("an alias of macOS", "open it to find the file"),
    rb"XSym\n|!<symlink>": ("a symbolic link", "find the file that it leads to"),
}
"""What stands in place of a file that lies elsewhere, and how to get that."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'  # the last one may be cut off
_STRINGS = re.compile(_STRING, re.DOTALL)
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[\]{}])", re.DOTALL)
_UNREAD = re.compile(rb'"(?:outputs|widgets)"\s*:\s*(?=[\[{])')


class UnreadableError(ValueError):
    """Nothing can be read. The message says why, and goes on from the name of the file."""


def notebook_text(data: bytes) -> tuple[str, list[str]]:
    """The text of a file, and in sentences what had to be done for it.

    Where it is large, outputs and the state of widgets are left out.

    Raises:
        UnreadableError: it is no text, or too large even so.
    """
    _refuse_other_files(data)
    data, notes = _as_utf8(data)
    text, more = _decoded(_bounded(data))
    return text, [*notes, *more]


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _refuse_other_files(data: bytes) -> None:
    if not data:
        raise UnreadableError("is empty")
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableError(
            "holds nothing but zeros and blanks, as a file does that the cloud has not sent yet: "
            "open it where it comes from, and hand it in again"
        )
    for beginning, kind in _OTHER_FILES.items():
        if data.startswith(beginning):
            raise UnreadableError(f"is {kind}, not a notebook")
    for pattern, (kind, cure) in _STAND_INS.items() if len(data) <= _STAND_IN_BYTES else ():
        if re.match(pattern, data, re.DOTALL):
            raise UnreadableError(f"is {kind}, not the notebook: {cure}, and hand that in")


def _as_utf8(data: bytes) -> tuple[bytes, list[str]]:
    encoding = json.detect_encoding(data)
    if encoding == "utf-8":
        return data, []
    data = data.decode(encoding, errors="replace").encode()
    if encoding == "utf-8-sig":
        return data, ["It began with a byte-order mark."]
    return data, [f"It was written in {encoding.upper()}, not in UTF-8."]


def _bounded(data: bytes) -> bytes:
    if _is_small(data):
        return data
    data = _without_outputs(data)
    if not _is_small(data):
        raise UnreadableError(
            f"is too large: even without outputs it has more than {_BYTES_CAP >> 20} MB or "
            f"{_BRACKETS_CAP:,} brackets"
        )
    return data


def _is_small(data: bytes) -> bool:
    if len(data) > _BYTES_CAP:
        return False
    if data.count(b"[") + data.count(b"{") <= _BRACKETS_CAP:
        return True
    bare = _STRINGS.sub(b"", data)
    return bare.count(b"[") + bare.count(b"{") <= _BRACKETS_CAP


def _without_outputs(data: bytes) -> bytes:
    """A notebook with nothing in its outputs, each line where it was.

    In a string quotes have a backslash before them, so nothing in it looks like a key.
    """
    kept, position = [], 0
    while (key := _UNREAD.search(data, position)) is not None:
        kept.append(data[position : key.end()])
        position = _after_value(data, key.end())
        kept.append(b"[" + b"\n" * data.count(b"\n", key.end(), position) + b"]")
    return b"".join([*kept, data[position:]])


def _after_value(data: bytes, position: int) -> int:
    """Where the list or object that begins at ``position`` has ended."""
    depth = 0
    while (bracket := _BRACKET.match(data, position)) is not None:
        position = bracket.end()
        depth += 1 if bracket[1] in b"[{" else -1
        if depth == 0:
            return position
    return len(data)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    text = data.decode(errors="replace")
    lost = text.count("\ufffd") - data.count("\ufffd".encode())
    if not lost:
        return text, []
    if any(ord(character) > 127 for character in text.replace("\ufffd", "")):
        return text, [f"{counted(lost, 'character')} of it could not be read."]
    # cp1252 is Latin-1 with more in it, and without five codes.
    text = data.decode("cp1252", errors="ignore")
    return text, ["It was written in Latin-1 or Windows-1252, not in UTF-8."]
