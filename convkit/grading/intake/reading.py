"""A notebook out of whatever bytes were handed in: the text of its cells, or why there is none.

Nothing of the file is believed but text. What is read is a notebook of format 4 whatever it was
before, without outputs, in which every cell has a known type, text that can be written again, and
of its metadata only nbgrader's, the tags and pictures that were pasted into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from convkit.grading import notebook as nb
from convkit.grading.intake.contents import UnreadableError, counted, notebook_text

_CELLS_CAP = 5_000
_DAMAGES_CAP = 50  # each may cost as much as reading the whole file
_TEXT_CAP = 8 << 20

_MAKE: dict[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
    "heading": new_markdown_cell,  # these two are of formats 2 and 3
    "html": new_markdown_cell,
}
_PICTURES = re.compile(r"image/(png|jpeg|gif|webp|svg\+xml)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CELL_BEGINS = re.compile(r'\{\s*"(?:cell_type|attachments)"\s*:')
_CELLS_BEGIN = re.compile(r'"cells"\s*:\s*\[')
_DECODER = json.JSONDecoder(strict=False, parse_int=float)  # an int may be longer than Python reads


@dataclass(frozen=True)
class Reading:
    """What could be read.

    Attributes:
        notes: what had to be done for that, in sentences.
        damage: what is wrong with the file, to go on from its name; empty if it is whole.
    """

    notebook: NotebookNode
    notes: tuple[str, ...] = ()
    damage: str = ""


def read_notebook(data: bytes) -> Reading:
    """The notebook in the contents of a file.

    Raises:
        UnreadableError: there is none.
    """
    text, notes = notebook_text(data)
    described, damage, more = _parsed(text)
    notes += more
    too_many = len(described) > _CELLS_CAP
    cells = [] if too_many else [cell for each in described if (cell := _cell(each)) is not None]
    if too_many or sum(len(cell.source) for cell in cells) > _TEXT_CAP:
        raise UnreadableError(
            f"is too large: {counted(len(described), 'cell')}, where {_CELLS_CAP} with "
            f"{_TEXT_CAP >> 20} MB of text are read"
        )
    if len(cells) < len(described):
        notes.append(f"{counted(len(described) - len(cells), 'cell')} of it had no text.")
    nb.name_cells(cells)
    return Reading(new_notebook(cells=cells), tuple(notes), damage)


def _parsed(text: str) -> tuple[list[Any], str, list[str]]:
    """What stands in the list of cells, what is wrong with it, and notes."""
    text = text.strip("\ufeff\0 \t\r\n")
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        raise UnreadableError("is nested too deeply to be a notebook") from None
    except json.JSONDecodeError as error:
        return *_salvaged(text, error), []
    notes = ["Something stood behind its end, and was left out."] if text[end:].strip() else []
    cells = _cells(value)
    if cells is None:
        raise UnreadableError("is JSON, but not a notebook: it has no list of cells")
    return cells, "", notes


def _cells(value: Any) -> list[Any] | None:
    """The cells of a notebook of any format, or None if it is none."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("cells"), list):
        return value["cells"]
    sheets = value.get("worksheets")  # formats 2 and 3
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _salvaged(text: str, error: json.JSONDecodeError) -> tuple[list[Any], str]:
    """The whole cells of a file that is damaged or cut off, and how it is."""
    if re.match(r"<(!doctype|html|\?xml)", text, re.IGNORECASE):
        raise UnreadableError("is a web page, not a notebook")
    where = f"{error.msg.lower().removesuffix(' starting at')} in line {error.lineno}"
    begin = _CELLS_BEGIN.search(text)
    if begin is None:
        raise UnreadableError(f"is damaged, or not a notebook at all: {where}")
    marks = re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE)
    if marks is not None:
        line = text.count("\n", 0, marks.start()) + 1
        raise UnreadableError(f"holds the marks of an unresolved git merge, in line {line}")
    cells = list(_whole_cells(text, begin.end()))
    if not cells:
        raise UnreadableError(f"is damaged, and no cell of it is whole: {where}")
    cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated string")
    damage = "is cut off" if cut else "is damaged"
    return cells, f"{damage} ({where}): {counted(len(cells), 'whole cell')} could be read"


def _whole_cells(text: str, position: int) -> Iterator[Any]:
    # Quotes inside a string have a backslash before them, so nothing in a cell looks like a cell.
    left = _DAMAGES_CAP
    while left and (begin := _CELL_BEGINS.search(text, position)) is not None:
        try:
            cell, position = _DECODER.raw_decode(text, begin.start())
        except (json.JSONDecodeError, RecursionError):
            position = begin.end()
            left -= 1
        else:
            yield cell


def _cell(described: Any) -> NotebookNode | None:
    """A cell as it is kept, or None where there is no text."""
    if not isinstance(described, dict):
        return None
    text = described.get("source", described.get("input"))
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str):
        return None
    kind = described.get("cell_type")
    if kind == "heading":
        level = described.get("level")
        text = f"{'#' * int(level if level in (1, 2, 3, 4, 5, 6) else 1)} {text}"
    make = _MAKE.get(kind if isinstance(kind, str) else "", _MAKE["raw"])
    cell = make(source=_clean(text))
    name = described.get("id")
    cell.id = name if isinstance(name, str) else ""
    metadata = described.get("metadata")
    if isinstance(metadata, dict):
        cell.metadata = NotebookNode(_kept_metadata(metadata))
    if cell.cell_type == "markdown":
        attachments = _pictures(described.get("attachments"))
        if attachments:
            cell.attachments = attachments
    return cell


def _clean(text: str) -> str:
    """Text that every file and database takes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def _kept_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if isinstance(metadata.get("nbgrader"), dict):
        kept["nbgrader"] = NotebookNode(
            {
                _clean(name): _clean(value) if isinstance(value, str) else value
                for name, value in metadata["nbgrader"].items()
                if isinstance(value, str | bool | float)
            }
        )
    if isinstance(metadata.get("tags"), list):
        tags = [tag for tag in metadata["tags"] if isinstance(tag, str) and tag and "," not in tag]
        kept["tags"] = list(dict.fromkeys(map(_clean, tags)))
    return kept


def _pictures(attachments: Any) -> NotebookNode:
    """Of what was pasted into a cell the pictures, each of which is shown as a picture only."""
    kept = NotebookNode()
    for name, bundle in _entries(attachments):
        pictures = {
            kind: data
            for kind, data in _entries(bundle)
            if _PICTURES.fullmatch(kind) and isinstance(data, str) and _BASE64.fullmatch(data)
        }
        if pictures:
            kept[_clean(name)] = NotebookNode(pictures)
    return kept


def _entries(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()
