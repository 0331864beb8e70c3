"""Slips: a mistake as an edit of a plain right layer, plus words."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from types import CodeType
from typing import Any, overload

from convkit.checks.naming.misconception import Misconception, Reading, enter

Edit = tuple[str, str]
"""Words of the plain text, and what stands there instead, wherever they stand."""


def slips(
    plain: str,
    *names: str,
    forth: Reading,
    back: Reading | Mapping[str, Reading] | None = None,
) -> Callable[..., None]:
    """What enters the slips of some names.

    Args:
        plain: the module of `convkit.plain` whose text is edited.
        names: the classes or functions that a slip is entered for, unless it says ``of``.
        forth, back: what teaches the forward and the backward pass; ``back`` may differ by name.

    Returns:
        A function ``slip(id, title, when, hint, *edits)``. An id that begins with ``forward-`` or
        ``backward-`` edits that method alone, any other the whole definition; ``within`` names
        another one (``"__init__"``, or a function of the module such as ``"places"``). ``also``
        holds lists of edits: further ways in which the same mistake comes out. ``when`` says what
        the code does, without capital and full stop; ``same_as`` names other ids, without the name.
    """

    def slip(
        id: str,
        title: str,
        when: str,
        hint: str,
        *edits: Edit,
        also: Sequence[Sequence[Edit]] = (),
        within: str | None = None,
        of: Sequence[str] = names,
        read: Reading | None = None,
        same_as: Sequence[str] = (),
    ) -> None:
        pass_ = id.partition("-")[0]
        for name in of:
            behind = back.get(name, forth) if isinstance(back, Mapping) else back
            begins = f"{name.lower().replace('_', '-')}-"
            place = within or (pass_ if pass_ in ("forward", "backward") else name)
            lecture = read or (behind if pass_ == "backward" and behind else forth)
            ways = Edited(plain, name, place, [edits, *also])
            equal = tuple(begins + other for other in same_as)
            enter(Misconception(begins + id, name, title, when, hint, *lecture, ways, equal))

    return slip


class Edited(Sequence[Any]):
    """The wrong implementations of a slip, each made when it is first asked for.

    Raises ValueError, when one is made, where its edit no longer applies.
    """

    def __init__(self, plain: str, name: str, place: str, ways: Sequence[Sequence[Edit]]) -> None:
        self._plain, self._name, self._place = plain, name, place
        self._ways = [tuple(edits) for edits in ways]

    def __len__(self) -> int:
        return len(self._ways)

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return _edited(self._plain, self._name, self._place, self._ways[index])


@cache
def _edited(plain: str, name: str, place: str, edits: Sequence[Edit]) -> Any:
    """The class or function ``name`` of a plain module, with words replaced in one place of it."""
    definitions = dict(_definitions(plain))
    inside = place if place in definitions else name
    text = definitions[inside]
    start, end = (0, len(text)) if place == inside else _method(text, place)
    body = text[start:end]
    for old, new in edits:
        if old not in body:
            raise ValueError(f"{name}, {place}: the plain text does not contain {old!r}")
        body = body.replace(old, new)
    definitions[inside] = text[:start] + body + text[end:]
    module: dict[str, Any] = {"__name__": f"edited.{plain}"}
    for source in definitions.values():
        exec(_code(source), module)
    return module[name]


@cache
def _definitions(plain: str) -> Mapping[str, str]:
    """The statements of a plain module as text; functions and classes by their names."""
    text = inspect.getsource(import_module(f"convkit.plain.{plain}"))
    return {
        getattr(node, "name", str(node.lineno)): ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
    }


@cache
def _code(source: str) -> CodeType:
    return compile(source, "<slip>", "exec", dont_inherit=True)


def _method(text: str, name: str) -> tuple[int, int]:
    """Where a method of a class lies in the text of the class."""
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.ClassDef)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in definition.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
    raise ValueError(f"{definition.name} has no method {name!r}")
