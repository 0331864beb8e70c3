"""A report as HTML for a notebook: readable on light and dark, without scripts and style sheets."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np

from convkit.checks.evidence import FAILS, HOLDS, MARKS, NOT_TESTED, Evidence, PropertyResult
from convkit.checks.misconceptions import Misconception
from convkit.checks.report import Report
from convkit.checks.wording import (
    DOES_NOT_HOLD,
    capital,
    enough_digits,
    number,
    pictured_origin,
    planes,
    worst_place,
)
from convkit.layers import Array

# Grey lines and these two greens and reds are legible on white as on JupyterLab's dark grey.
_COLOURS = {HOLDS: "#2a9d4a", FAILS: "#e0483e", NOT_TESTED: "#888"}
_LINE = "1px solid rgba(128, 128, 128, 0.35)"
_LARGEST_PLANE = 12
_ROUNDING = 1e-9
"""A difference below this share of the numbers is shown as none."""


def html(report: Report) -> str:
    """The verdict, what is known about each failure, and the table of properties."""
    status = HOLDS if report.passed else FAILS
    failures = "".join(_failure(result) for result in report.results if result.evidence)
    table = _table(report)
    if failures:
        table = f"<details><summary>All {len(report.results)} properties</summary>{table}</details>"
    printed = (
        f"<details><summary>Your code printed</summary><pre>{escape(report.output)}</pre></details>"
        if report.output
        else ""
    )
    return (
        f'<div style="border-left: 4px solid {_COLOURS[status]}; padding-left: 12px; '
        f'max-width: 60em; line-height: 1.45">'
        f'<p style="font-size: 115%; margin: 4px 0 8px"><b>{_mark(status)} '
        f"{escape(report.verdict)}</b></p>{failures}{table}{printed}</div>"
    )


def _table(report: Report) -> str:
    rows = []
    cell = f'style="text-align: left; border-top: {_LINE}; padding: 2px 10px 2px 0"'
    for group, results, waiting in report.groups():
        rows.append(f"<tr><td></td><th {cell} colspan=2>{group}</th></tr>")
        for result in results:
            note = f" <i>({escape(result.note)})</i>" if result.note else ""
            promise = DOES_NOT_HOLD * (result.status == FAILS) + result.sentence
            rows.append(
                f"<tr><td>{_mark(result.status)}</td><td {cell}>{escape(result.name)}</td>"
                f"<td {cell}>{_prose(promise)}{note}</td></tr>"
            )
        if waiting:
            rows.append(
                f"<tr><td>{_mark(NOT_TESTED)}</td><td {cell}><i>not tested yet</i></td>"
                f"<td {cell}><i>{escape(', '.join(waiting))}</i></td></tr>"
            )
    return (
        '<table style="border-collapse: collapse; margin: 0 0 8px; background: none">'
        f"{''.join(rows)}</table>"
    )


def _failure(result: PropertyResult) -> str:
    evidence = result.evidence
    assert evidence is not None
    where = f"<code>{escape(evidence.case)}</code>" if evidence.case else "a case you cannot see"
    parts = [
        f"<b>{_mark(FAILS)} {escape(result.name)}.</b> {_prose(DOES_NOT_HOLD + result.sentence)}",
        f"<b>Where:</b> {where}",
        " ".join(
            filter(
                None,
                [
                    _prose(capital(evidence.text)),
                    _prose(capital(worst_place(evidence)) + ".")
                    if evidence.index is not None
                    else "",
                    f"<b>{escape(evidence.only)}</b>" if evidence.only else "",
                ],
            )
        ),
        _pictures(evidence),
        _origin(evidence),
    ]
    if evidence.also:
        parts.append(f"<b>For the same reason:</b> {escape(', '.join(evidence.also))}")
    if evidence.candidates:
        parts += _why(evidence)
    text = "".join(
        part if part.startswith("<div") else f'<p style="margin: 0 0 4px">{part}</p>'
        for part in parts
        if part
    )
    return f'<div style="border-top: {_LINE}; padding: 8px 0">{text}</div>'


def _why(evidence: Evidence) -> list[str]:
    likely, *others = evidence.candidates
    lines = [
        f"<b>Why: {_prose(likely.title)}.</b> {_prose(likely.sentence)}",
        f"<b>Hint:</b> {_prose(likely.hint)}",
        f"<b>Read:</b> {_link(likely)}",
    ]
    if others:
        lines.append(f"It could also be: {_prose('; '.join(other.title for other in others))}.")
    return lines


def _link(entry: Misconception) -> str:
    """A link to the lecture's section, if the lectures lie in some folder above this one."""
    words = f"lectures/{entry.lecture}.ipynb, “{entry.section}”"
    here = Path.cwd()
    for folder in (here, *here.parents):
        notebook = folder / "lectures" / f"{entry.lecture}.ipynb"
        if notebook.is_file():
            path = quote(os.path.relpath(notebook, here).replace(os.sep, "/"))
            anchor = quote(entry.section.replace(" ", "-"))
            return f'<a href="{path}#{anchor}">{escape(words)}</a>'
    return escape(words)


def _pictures(evidence: Evidence) -> str:
    pictured = planes(evidence)
    if pictured is None:
        return ""
    name, expected, got, worst = pictured
    rows, columns = (_window(at, size) for at, size in zip(worst, expected.shape, strict=True))
    finite = np.abs(np.concatenate([expected.ravel(), got.ravel()]))
    scale = float(np.max(finite, initial=0.0, where=np.isfinite(finite)))
    with np.errstate(invalid="ignore"):
        difference = got.astype(np.float64) - expected
        difference[np.abs(difference) < _ROUNDING * scale] = 0.0
    digits = enough_digits(expected[worst], got[worst], digits=3)
    maps = "".join(
        _heat_map(title, plane, limit, digits, worst, rows, columns)
        for title, plane, limit, digits in (
            ("expected", expected, scale, digits),
            ("got", got, scale, digits),
            ("got − expected", difference, None, 3),
        )
    )
    whole = (rows.stop - rows.start, columns.stop - columns.start) == expected.shape
    part = "" if whole else f", rows from {rows.start}, columns from {columns.start}"
    return _row(f"<code>{escape(name)}</code>{part}", maps)


def _origin(evidence: Evidence) -> str:
    """The window that the worst number comes from."""
    if evidence.origin is None:
        return ""
    text, planes = pictured_origin(evidence.origin)
    scale = max((float(np.abs(plane).max()) for _, plane in planes), default=0.0)
    maps = "".join(
        _heat_map(title, plane, scale, 3, None, *(slice(0, size) for size in plane.shape))
        for title, plane in planes
    )
    return _row(_prose(text), maps)


def _row(title: str, maps: str) -> str:
    """Heat maps side by side, under a line of text."""
    return (
        '<div style="display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 6px 0 10px">'
        f'<div style="flex-basis: 100%">{title}</div>{maps}</div>'
    )


def _window(worst: int, size: int) -> slice:
    """At most `_LARGEST_PLANE` rows or columns, the worst place among them."""
    start = min(max(0, worst - _LARGEST_PLANE // 2), max(0, size - _LARGEST_PLANE))
    return slice(start, min(size, start + _LARGEST_PLANE))


def _heat_map(
    title: str,
    plane: Array,
    limit: float | None,
    digits: int,
    worst: tuple[int, int] | None,
    rows: slice,
    columns: slice,
) -> str:
    if limit is None:
        limit = float(np.max(np.abs(plane), initial=0.0, where=np.isfinite(plane)))
    lines = []
    for i in range(rows.start, rows.stop):
        cells = "".join(
            _cell(float(plane[i, j]), limit, digits, marked=(i, j) == worst)
            for j in range(columns.start, columns.stop)
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<div><div style="font-size: 90%">{title}</div>'
        f'<table style="border-collapse: separate; border-spacing: 2px; margin: 0">'
        f"{''.join(lines)}</table></div>"
    )


def _cell(value: float, limit: float, digits: int = 3, *, marked: bool) -> str:
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
    return f'<span style="color: {_COLOURS[status]}">{MARKS[status]}</span>'
