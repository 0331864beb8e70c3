"""Slips: a mistake as an edit of a plain right layer, plus words."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from types import CodeType
from typing import Any, cast

from convkit.checks.naming.misconception import Misconception, Reading, enter

EVERYWHERE = "everywhere"

MIXED_UP = ((1, 0), (0, 0), (1, 1))
"""Which of a pair's numbers may be taken for the first and for the second by mistake."""

Edit = tuple[str, ...]
"""Words of the plain text, and what stands there instead, wherever they stand."""

Way = Edit | Sequence[Edit]
"""Edits that go together; or one alone, where each of several new words is a way of its own."""


def slips(
    plain: str, *names: str, forth: Reading, back: Reading | Mapping[str, Reading] | None = None
) -> Callable[..., None]:
    """What enters the slips of some names.

    Args:
        plain: the module of `convkit.plain` whose text is edited.
        names: the classes or functions that a slip is entered for, unless it says ``of``.
        forth, back: what teaches the forward and the backward pass; ``back`` may differ by name.

    Returns:
        A function ``slip(id, title, when, hint, *ways)``. An id that begins with ``forward-`` or
        ``backward-`` edits that method alone, any other the whole definition; ``within`` names
        another one (``"__init__"``, or a function of the module such as ``"places"``), or is
        `EVERYWHERE`, for the whole module. ``when``
        says what the code does, without capital and full stop; ``said`` says it for each of the
        ways, where the numbers decide which it is, or what stands there for ``{}`` in ``when``.
    """

    def slip(
        id: str,
        title: str,
        when: str,
        hint: str,
        *ways: Way,
        within: str | None = None,
        of: Sequence[str] = names,
        read: Reading | None = None,
        said: Sequence[str] = (),
    ) -> None:
        pass_ = id.partition("-")[0]
        if "{}" in when:
            several, said = " or ".join(dict.fromkeys(said)), [when.format(each) for each in said]
            when = when.format(several)
        for name in of:
            behind = back.get(name, forth) if isinstance(back, Mapping) else back
            begins = f"{name.lower().replace('_', '-')}-"
            place = within or (pass_ if pass_ in ("forward", "backward") else name)
            lecture = read or (behind if pass_ == "backward" and behind else forth)
            made = Edited(plain, name, place, [edits for way in ways for edits in _apart(way)])
            words = (begins + id, name, title, when, hint, *lecture)
            enter(Misconception(*words, made, said=tuple(said)))

    return slip


def some_of(one: Edit, other: Edit) -> tuple[Way, Way, Way]:
    """Both edits together, and each of them alone."""
    return [one, other], one, other


def _apart(way: Way) -> list[Sequence[Edit]]:
    """An edit with several new words as several ways."""
    if not isinstance(way[0], str):
        return [cast(Sequence[Edit], way)]
    old, *new = cast(Edit, way)
    return [[(old, each)] for each in new]


class Edited(Sequence[Any]):
    """The wrong implementations of a slip, each made when it is first asked for.

    Raises ValueError, when one is made, where its edit no longer applies.
    """

    def __init__(self, plain: str, name: str, place: str, ways: Sequence[Sequence[Edit]]) -> None:
        self._plain, self._name = plain, name
        self._ways = [tuple((place, edit) for edit in edits) for edits in ways]

    def __len__(self) -> int:
        return len(self._ways)

    def __getitem__(self, index: Any) -> Any:
        return _edited(self._plain, self._name, self._ways[index])


_MADE_OF: dict[Any, tuple[str, str, tuple[tuple[str, Edit], ...]]] = {}
"""Of each edited class or function its module, its name, and its edits with their places."""


@lru_cache(maxsize=1_000)
def both_slips(one: Any, other: Any) -> Any:
    """One implementation with the edits of two; None where they do not go together.

    Of all the pairs that there are only the latest are remembered.
    """
    if one not in _MADE_OF or other not in _MADE_OF:
        return None
    (plain, name, edits), (*same, more) = _MADE_OF[one], _MADE_OF[other]
    try:
        return _made(plain, name, edits + more) if same == [plain, name] else None
    except (ValueError, SyntaxError):
        return None


@cache
def _edited(plain: str, name: str, edits: tuple[tuple[str, Edit], ...]) -> Any:
    made = _made(plain, name, edits)
    _MADE_OF[made] = plain, name, edits
    return made


def _made(plain: str, name: str, edits: tuple[tuple[str, Edit], ...]) -> Any:
    """The class or function ``name`` of a plain module, with words replaced in places of it."""
    definitions = dict(_definitions(plain))
    methods_alone = all(place in ("forward", "backward") for place, _ in edits)
    if methods_alone:  # the rest of the class need not be made anew
        definitions = {place: _method(definitions[name], place) for place, _ in edits}
    for place, (old, new) in edits:
        if place == EVERYWHERE:
            texts = dict(definitions)
        elif place in definitions:
            texts = {place: definitions[place]}
        else:
            texts = {name: _method(definitions[name], place)}
        if not any(old in text for text in texts.values()):
            raise ValueError(f"{name}, {place}: the plain text does not contain {old!r}")
        for inside, text in texts.items():
            definitions[inside] = definitions[inside].replace(text, text.replace(old, new))
    module = {**vars(import_module(f"convkit.plain.{plain}")), "__name__": f"edited.{plain}"}
    sources = list(definitions.values())
    if methods_alone:
        sources = [f"class {name}({name}):\n{''.join(sources)}"]
    for source in sources:
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


@lru_cache(maxsize=1_000)
def _code(source: str) -> CodeType:
    return compile(source, "<slip>", "exec", dont_inherit=True)


@lru_cache(maxsize=1_000)
def _method(text: str, name: str) -> str:
    """The lines of a method in the text of a class."""
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.ClassDef)
    for node in definition.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return "".join(text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno])
    raise ValueError(f"{definition.name} has no method {name!r}")
