"""A report as HTML for a notebook: readable on light and dark, without scripts and style sheets."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from convkit.checks.judging.properties import FAILS, HOLDS, NOT_TESTED
from convkit.checks.saying.evidence import MARKS, Diagnosis, PropertyResult
from convkit.checks.saying.plain_text import MEND_FIRST
from convkit.checks.saying.wording import Plane, in_short, message_of, number

if TYPE_CHECKING:
    from convkit.checks.saying.report import Report

# Lines are seen on white as on JupyterLab's black. Signs are mixed with the colour of the text, so
# that they are legible on both; where a page takes no mixture, it is white.
_COLOURS = {HOLDS: "#2a9d4a", FAILS: "#e0483e", NOT_TESTED: "#888"}
_ON_WHITE = {HOLDS: "#1b7a36", FAILS: "#b3261e", NOT_TESTED: "#666"}
_MARGIN = "margin: 6px 0 10px"
_CLOSE = 'style="margin: 0 0 4px"'
_LINE = "1px solid rgba(128, 128, 128, 0.35)"


def html(report: Report) -> str:
    """The verdict, what is known about each failure, how many checks pass, and which."""
    status = HOLDS if report.passed else FAILS
    whole, shortly = report.told()
    failures = "".join(map(_failure, whole))
    if shortly:
        lines = "<br/>".join(f"{_mark(FAILS)} {_prose(in_short(result))}" for result in shortly)
        failures += _block(f"<p {_CLOSE}><b>{MEND_FIRST}</b></p><p {_CLOSE}>{lines}</p>")
    printed = (
        f"<details><summary>Your code printed</summary><pre>{escape(report.output)}</pre></details>"
        if report.output
        else ""
    )
    remark = f"<p {_CLOSE}><i>{_prose(report.remark)}</i></p>" if report.remark else ""
    return (
        f'<div style="border-left: 4px solid {_COLOURS[status]}; padding-left: 12px; '
        f'max-width: 60em; line-height: 1.45">'
        f'<p style="font-size: 115%; margin: 4px 0 8px"><b>{_mark(status)} '
        f"{escape(report.verdict)}</b></p>{remark}{failures}{_tallies(report)}{_table(report)}{printed}"
        "</div>"
    )


def _tallies(report: Report) -> str:
    lines = []
    for tally in report.tallies():
        style = 'style="display: block; padding-left: 1.5em; text-indent: -0.9em"'
        notes = "".join(f"<span {style}>{_prose(note)}</span>" for note in tally.notes)
        lines.append(f"<p {_CLOSE}><b>{tally.group}</b> {_prose(tally.counts)}{notes}</p>")
    return _block("".join(lines))


def _table(report: Report) -> str:
    cell = f'style="text-align: left; border-top: {_LINE}; padding: 2px 10px 2px 0"'
    rows = [
        f"<tr><td>{_mark(result.status)}</td><td {cell}>{escape(result.name)}</td>"
        f"<td {cell}>{_prose(result.sentence)}</td></tr>"
        for result in report.results
    ]
    return (
        f"<details><summary>All {len(report.results)} checks</summary>"
        '<table style="border-collapse: collapse; margin: 0 0 8px; background: none">'
        f"{''.join(rows)}</table></details>"
    )


def _failure(result: PropertyResult) -> str:
    message = message_of(result)
    parts = [f"<b>{_mark(FAILS)} {_prose(message.promise)}</b>"]
    if message.why:
        title, sentence = message.why
        parts.append(f"<b>Why: {_prose(title)}</b> {_prose(sentence)}")
    if message.others:
        parts.append(_prose(message.others))
    if message.example:
        parts.append(
            '<pre style="margin: 2px 0 6px; padding: 4px 8px; border-left: '
            f'{_LINE}; overflow-x: auto">{escape(message.example)}</pre>'
        )
    first, *rest = map(_prose, message.where)
    parts.append(f"<b>Where:</b> {'<br/>'.join([first, *rest])}")
    if message.hint:
        parts.append(f"<b>Hint:</b> {_prose(message.hint)}")
    if message.planes:
        compared = [np.abs(plane.numbers) for plane in message.planes if plane.worst]
        limit = max((float(each[np.isfinite(each)].max(initial=0)) for each in compared), default=0)
        maps = "".join(_heat_map(plane, limit) for plane in message.planes)
        parts.append(
            f'<div style="display: flex; flex-wrap: wrap; gap: 6px 20px; {_MARGIN}">'
            f'<div style="flex-basis: 100%">{_prose(message.around)}</div>{maps}</div>'
        )
    if message.read:
        parts.append(f"<b>Read:</b> {_link(message.read)}")
    if message.also:
        parts.append(f"<b>For the same reason:</b> {escape(message.also)}")
    return _block(
        "".join(p if p.startswith(("<div", "<pre")) else f"<p {_CLOSE}>{p}</p>" for p in parts)
    )


def _block(inner: str) -> str:
    return f'<div style="border-top: {_LINE}; padding: 8px 0">{inner}</div>'


def _link(entry: Diagnosis) -> str:
    """A link to the lecture's section, if the lectures lie in some folder above this one."""
    words = f"lectures/{entry.lecture}.ipynb, “{entry.section}”"
    here = Path.cwd()
    for folder in (here, *here.parents):
        notebook = folder / "lectures" / f"{entry.lecture}.ipynb"
        if notebook.is_file():
            path = quote(os.path.relpath(notebook, here).replace(os.sep, "/"))
            anchor = _anchor(notebook, entry.section)
            return f'<a href="{path}#{quote(anchor, safe="=")}">{escape(words)}</a>'
    return escape(words)


def _anchor(notebook: Path, section: str) -> str:
    """Of a section: its cell, since JupyterLab finds no heading in a notebook it is opening."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            lines = "".join(cell["source"]).splitlines()
            if any(line.lstrip("#") == f" {section}" for line in lines):
                return f"cell-id={cell['id']}"
    return section.replace(" ", "-")


def _heat_map(plane: Plane, limit: float) -> str:
    """Numbers in colours, which say as much in all that are compared; ``limit`` is full colour."""
    if plane.worst is None:
        limit = float(np.abs(plane.numbers).max(initial=0.0))
    lines = []
    for i, row in enumerate(plane.numbers):
        cells = "".join(
            table_cell(float(value), limit, plane.digits, marked=(i, j) == plane.worst)
            for j, value in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<div><div style="font-size: 90%">{_prose(plane.title)}</div>'
        f'<table style="border-collapse: separate; border-spacing: 2px; margin: 0">'
        f"{''.join(lines)}</table></div>"
    )


def table_cell(value: float, limit: float, digits: int = 3, *, marked: bool) -> str:
    """One number on a light blue (negative) or orange (positive), so that black is legible."""
    strength = min(1.0, abs(value) / limit) if limit and np.isfinite(value) else 0.0
    full = (255, 165, 75) if value > 0 else (110, 170, 255)
    red, green, blue = (round(245 + (channel - 245) * strength) for channel in full)
    outline = "outline: 3px solid #d0021b; font-weight: bold;" if marked else ""
    return (
        f'<td style="background: rgb({red}, {green}, {blue}); color: #111; text-align: right; '
        f'padding: 2px 4px; font-family: monospace; font-size: 11px; {outline}">'
        f"{number(value, digits)}</td>"
    )


def _prose(text: str) -> str:
    """Text as HTML, with what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))


def _mark(status: str) -> str:
    mixed = f"color-mix(in srgb, {_COLOURS[status]} 60%, currentColor)"
    style = f"color: {_ON_WHITE[status]}; color: {mixed}"
    return f'<span style="{style}">{MARKS[status]}</span>'
