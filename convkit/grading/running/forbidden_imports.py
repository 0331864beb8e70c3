"""Forbidden imports: what does an exercise's work is not there while answers are graded.

The list is forbidden_imports.toml.
"""

from __future__ import annotations

import io
import re
import site
import sys
import sysconfig
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("forbidden_imports.toml")
_OFFERED = re.compile(r"convkit(\.layers(\.base)?)?\.(Layer|Array)|convkit\.mine(\..*)?")


@dataclass(frozen=True)
class Shortcut:
    """A module, and what it does, to follow "which"."""

    module: str
    does: str


@cache
def shortcuts(assignment: str) -> tuple[Shortcut, ...]:
    """What an answer to that assignment may not import."""
    with _LIST.open("rb") as file:
        entries = tomllib.load(file)["shortcut"]
    return tuple(
        Shortcut(module, entry["does"])
        for entry in entries
        if assignment in entry.get("assignments", [assignment])
        if assignment not in entry.get("except", [])
        for module in entry["modules"]
    )


@cache
def hidden_paths(assignment: str) -> tuple[Path, ...]:
    """Folders and files to cover up where answers run: every installed copy of those modules.

    The reference is not among them: a worker's convkit is made without it.
    """
    found = []
    for shortcut in shortcuts(assignment):
        if shortcut.module == "convkit":
            continue
        for place in _library_folders():
            path = place.joinpath(*shortcut.module.split("."))
            files = path.parent.glob(f"{path.name}.*") if path.parent.is_dir() else ()
            found += [each for each in files if each.suffix in (".py", ".pyd", ".so")]
            found += [path] if path.is_dir() else []
    return tuple(dict.fromkeys(found))


def notes(sources: Iterable[tuple[str, str]], assignment: str) -> list[str]:
    """A sentence for each shortcut that an answer imports, for the feedback.

    Args:
        sources: (name, module source) of each answer, see `notebook.implementations`.
    """
    found = []
    for name, source in sources:
        imported = list(imports(source))
        for shortcut in shortcuts(assignment):
            used = next((each for each in imported if _reaches(each, shortcut.module)), None)
            if used is not None:
                found.append(
                    f"Your {name[:60]} imports {used[:60]}, which {shortcut.does}. It is not there "
                    "while your work is graded: write it yourself, with NumPy."
                )
    return list(dict.fromkeys(found))


def imports(source: str) -> Iterator[str]:
    """The full names of what a module imports, or reaches by way of an import, in order.

    The text is read word by word and never parsed: no text is deep or long enough to hurt.
    """
    known: dict[str, str] = {}
    words: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER) or token.string in (";", ":"):
                yield from _imported(words, known)
                words = []
            elif token.type in (tokenize.NAME, tokenize.OP, tokenize.STRING):
                words.append(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        yield from _imported(words, known)


def _imported(words: list[str], known: dict[str, str]) -> Iterator[str]:
    """What one statement imports or reaches, given its words; ``known`` are the names bound."""
    if words[:1] == ["import"]:
        for name, alias in _listed(words[1:]):
            known[alias or name.partition(".")[0]] = name if alias else name.partition(".")[0]
            yield name
    elif words[:1] == ["from"] and "import" in words:
        at = words.index("import")
        package = "".join(words[1:at])
        for name, alias in _listed(words[at + 1 :]):
            known[alias or name] = f"{package}.{name}"
            yield f"{package}.{name}"
    else:
        text = " ".join(word for word in words if word[-1] not in "\"'").replace(" . ", ".")
        for chain in re.findall(r"(?<![\w.])[\w.]+", text):
            head, _, rest = chain.partition(".")
            if head in known and rest:
                yield f"{known[head]}.{rest}"
    for before, bracket, named in zip(words, words[1:], words[2:], strict=False):
        if before in ("__import__", "import_module") and bracket == "(":
            yield named.strip("\"'rbfuRBFU")


def _listed(words: list[str]) -> Iterator[tuple[str, str]]:
    """Of the words between commas each name, and what it is called from then on, if otherwise."""
    text = " ".join(words).replace(" . ", ".").strip("( )")
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, alias = part.partition(" as ")
        yield name.strip(), alias.strip()


def _reaches(imported: str, module: str) -> bool:
    """Whether an import gives the module or a part of it."""
    if module == "convkit" and (imported == module or _OFFERED.fullmatch(imported)):
        return False
    return f"{imported}.".startswith(f"{module}.")


@cache
def _library_folders() -> tuple[Path, ...]:
    """Where installed packages lie that a sandbox may hold, the system's own Pythons included."""
    paths = [*sys.path, *site.getsitepackages(), *sysconfig.get_paths().values()]
    places = [Path(path) for path in paths if path]
    for root in (Path(sys.base_prefix), Path("/usr"), Path("/usr/local")):
        for kind in ("site-packages", "dist-packages"):
            places += root.glob(f"lib/python3*/{kind}")
    here = Path(__file__).resolve().parents[3]
    return tuple(dict.fromkeys(p.resolve() for p in places if p.is_dir() and p.resolve() != here))
