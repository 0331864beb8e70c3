"""Outputs of a cell: what a kernel says while it runs, whatever it says.

A student's code shares the kernel and may send anything. What is kept is valid in a notebook, is
text that can be written to a file, and is cut at a size while it arrives.
"""

from __future__ import annotations

import json
import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

_ERROR_BYTES = 20_000
_EACH_BYTES = 1_000  # what an output takes beside its data, wherever it is kept, read and shown
_DEPTH = 50
_JSON = re.compile(r"application/(.*\+)?json")


def note(text: str) -> NotebookNode:
    """A line of the grader's own among a cell's outputs."""
    return new_output("stream", name="stdout", text=f"{text}\n")


class Outputs:
    """The outputs of one cell.

    Args:
        room: how many bytes of them are kept, each output counting as a thousand more. The first
            error comes on top of it, shortened.

    Attributes:
        kept: as they stand in a notebook.
        used: bytes that came, whether kept or not.
        error: the name of the first exception that was reported.
    """

    def __init__(self, room: int) -> None:
        self.kept: list[NotebookNode] = []
        self.used = 0
        self.error: str | None = None
        self._room = room

    @property
    def cut(self) -> bool:
        return self.used > self._room

    def wants(self, kind: str) -> bool:
        """Whether a message of this kind is worth looking into."""
        return not self.cut or (kind == "error" and self.error is None)

    def fits(self, size: int) -> bool:
        """Whether a message of so many bytes is unpacked: as JSON it may be twice as long."""
        return size <= 2 * self._room + _ERROR_BYTES

    def pass_over(self, kind: str, size: int) -> None:
        """Count what is too large to be looked into."""
        self.used += size
        if kind == "error" and self.error is None:
            self.add(kind, {"ename": "Error", "evalue": "It is too large to be shown."})

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take what a message says, as far as there is room."""
        if kind == "error" and self.error is None:
            output = _error(content)
            self.error = output.ename
            self.kept.append(output)
            return
        found = _output(kind, content)
        if found is None:
            return
        left = self._room - self.used
        if found.output_type == "stream":
            self.used += len(found.text.encode())
            found.text = found.text.encode()[: max(0, left)].decode(errors="ignore")
            self._append_text(found)
        else:
            self.used += _EACH_BYTES + len(json.dumps(found))
            if not self.cut:
                self.kept.append(found)

    def _append_text(self, output: NotebookNode) -> None:
        """Text continues the text before it."""
        last = self.kept[-1] if self.kept else None
        if last is not None and last.get("name") == output.name:
            last.text += output.text
        elif output.text:
            self.used += _EACH_BYTES
            self.kept.append(output)


def _output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    if kind == "stream":
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(content.get("text", "")))
    if kind in ("display_data", "execute_result"):
        data = content.get("data")
        shown = {
            _text(mime): _plain(value) if _JSON.fullmatch(mime) else _text(value)
            for mime, value in (data.items() if isinstance(data, dict) else ())
        }
        more = {"execution_count": None} if kind == "execute_result" else {}
        return new_output(kind, data=shown, **more)
    return _error(content) if kind == "error" else None


def _error(content: dict[str, Any]) -> NotebookNode:
    """An error, with the beginning and the end of a long traceback."""
    lines = content.get("traceback")
    lines = [_text(line)[:1000] for line in lines] if isinstance(lines, list) else []
    first, last = _fitting(lines), _fitting(lines[::-1])[::-1]
    if len(first) + len(last) < len(lines):
        lines = [*first, "…", *last]
    name, value = (_text(content.get(key, ""))[:1000] for key in ("ename", "evalue"))
    return new_output("error", ename=name, evalue=value, traceback=lines)


def _fitting(lines: list[str]) -> list[str]:
    """The first lines that make up half of what an error may take."""
    taken = 0
    for position, line in enumerate(lines):
        taken += len(line.encode()) + 1
        if taken > _ERROR_BYTES // 2:
            return lines[:position]
    return lines


def _text(value: Any) -> str:
    """As a string that can be encoded: half of a surrogate pair cannot."""
    return str(value).encode(errors="replace").decode()


def _plain(value: Any, depth: int = 0) -> Any:
    """As JSON that every reader understands: text that can be encoded, finite numbers."""
    if depth > _DEPTH:
        return "…"
    if isinstance(value, list):
        return [_plain(entry, depth + 1) for entry in value]
    if isinstance(value, dict):
        return {_text(key): _plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value)
    return _text(value) if isinstance(value, str) else value
