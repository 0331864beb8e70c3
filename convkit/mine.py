"""The learner's own layers: written with ``%%implement``, kept in ``mine/``, imported from here.

%%implement Conv2d                     runs the cell as a module of its own, binds the name,
                                       keeps the source as mine/conv2d.py
from convkit.mine import Conv2d        the learner's layer, in any notebook, after any restart
"""

from __future__ import annotations

import ast
import difflib
import itertools
import linecache
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_MAGIC = "%%implement"
_LINE_CAP = 1_000
EARLIER_VERSIONS = 5
"""So many are kept of each name, beside the one that counts."""

loaded: dict[Path, tuple[str, ModuleType]] = {}
_lent: dict[str, Any] = {}
_runs = itertools.count(1)
__path__: list[str] = []  # modules are in it: those of the learner's own layers


class ImplementationError(ImportError):
    """A ``%%implement`` cell does not give what its first line promises."""

    def _render_traceback_(self) -> list[str]:
        return [f"ImplementationError: {self}"]


def course_folder(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` that holds nbgrader_config.py, else ``start``.

    ``start`` is the working directory unless given.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    return here


def kept_file(name: str, folder: Path) -> Path:
    """Where ``name`` is kept in a course's folder: mine/, the name in small letters, .py.

    There are disks that do not tell capitals from small letters. So where that file holds a name
    that differs in nothing else, it is the next of mine/softmax-2.py, mine/softmax-3.py, ….
    """
    path = folder / "mine" / f"{name.lower()}.py"
    numbers = itertools.count(2)
    while (held := _holds(path)) and held != name and held.lower() == name.lower():
        path = path.with_stem(f"{name.lower()}-{next(numbers)}")
    return path


def _holds(path: Path) -> str | None:
    """Which name a file is of; None if it is not there, or does not say."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = parse_implementation(file.readline(_LINE_CAP).removeprefix("# "))
    except OSError:
        return None
    return first and first[0]


def replace_file(path: Path, text: str) -> None:
    """Write a file in one step: a crash leaves the old version or the new, nothing between.

    Raises:
        OSError: it cannot be written; then the old version is still there.
    """
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False
    ) as file:
        file.write(text)
    try:
        os.replace(file.name, path)
    except OSError:
        os.unlink(file.name)
        raise


def parse_implementation(cell_source: str) -> tuple[str, str] | None:
    """(name, module source) of a cell that begins with ``%%implement NAME``, else None.

    The magic's line becomes a comment, so that line numbers are those of the cell.
    """
    first, _, rest = cell_source.partition("\n")
    words = first.split()
    if not words or words[0] != _MAGIC:
        return None
    return " ".join(words[1:]), f"# {first}\n{rest}"


def load_implementation(name: str, source: str, filename: str) -> Any:
    """Run ``source`` as a module of its own and return what it binds to ``name``.

    ``filename`` is what tracebacks show; nothing is written. Whatever the source raises, passes
    through, and the module that was there before stays.

    Raises:
        ImplementationError: ``name`` is not a name, or the source does not define it.
    """
    _require_name(name)
    return getattr(_run_module(name.lower(), source, filename, name), name)


def implement(name: str, source: str) -> Any:
    """Load ``source`` and keep it as the learner's ``name``; the last that loads wins.

    What was kept before is set aside: see `earlier_versions`.

    Raises:
        ImplementationError: as `load_implementation`; or it could not be kept.
    """
    _require_name(name)
    path = kept_file(name, course_folder())
    # A filename for each run: the last good version's tracebacks go on showing its own lines.
    module = _run_module(path.stem, source, f"<{_MAGIC} {name}, run {next(_runs)}>", name)
    # What others imported of the last version is stale now, so all are loaded afresh when asked.
    loaded.clear()
    loaded[path] = (source, module)
    try:
        path.parent.mkdir(exist_ok=True)
        _set_aside(path, source)
        replace_file(path, source)
    except OSError as error:
        raise ImplementationError(
            f"the cell runs, but it could not be kept as {path}: {error.strerror}"
        ) from None
    return getattr(module, name)


def is_unfilled(name: str, source: str) -> bool:
    """Whether nothing of ``name`` is written yet: all its functions raise NotImplementedError."""
    try:
        found = [n for n in ast.parse(source).body if getattr(n, "name", None) == name]
    except (SyntaxError, ValueError):
        return False
    inside = found[0].body if found and isinstance(found[0], ast.ClassDef) else found
    functions = [n for n in inside if isinstance(n, ast.FunctionDef) and n.name != "__init__"]
    return bool(functions) and all(_is_stub(function) for function in functions)


def earlier_versions(path: Path) -> list[Path]:
    """The versions of a kept file that were replaced, the latest first."""
    folder = path.parent / "earlier"
    files = (folder / f"{path.stem}.{number}.py" for number in range(1, EARLIER_VERSIONS + 1))
    return [file for file in files if file.is_file()]


def _is_stub(function: ast.FunctionDef) -> bool:
    raised = (n for n in function.body if isinstance(n, ast.Raise))
    return any("NotImplementedError" in ast.dump(each) for each in raised)


def _set_aside(path: Path, source: str) -> None:
    """Keep the version that ``source`` is about to replace, and forget the oldest."""
    if not path.is_file() or path.read_text(encoding="utf-8") == source:
        return
    versions = [path, *earlier_versions(path)][:EARLIER_VERSIONS]
    (path.parent / "earlier").mkdir(exist_ok=True)
    for number in range(len(versions), 0, -1):
        text = versions[number - 1].read_text(encoding="utf-8")
        replace_file(path.parent / "earlier" / f"{path.stem}.{number}.py", text)


def lend(objects: Mapping[str, Any]) -> None:
    """From now on this process gets ``objects`` from ``convkit.mine``, instead of kept files."""
    _lent.clear()
    _lent.update(objects)


def __getattr__(name: str) -> Any:
    """``from convkit.mine import NAME``: what was lent, else what the course folder keeps."""
    if name in _lent:
        return _lent[name]
    if name.startswith("_"):
        raise AttributeError(f"module 'convkit.mine' has no attribute {name!r}")
    path = kept_file(name, course_folder())
    try:
        module = _load_kept(path)
    except FileNotFoundError:
        raise ImplementationError(
            f"there is no {name} of yours yet: run a cell that begins with {_MAGIC} {name} "
            f"(it would be kept as {path})"
        ) from None
    return _defined(name, module)


class _Mine(ModuleType):
    """This module. A name in it is the learner's, and not the module that it was loaded from."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not isinstance(value, ModuleType):
            super().__setattr__(name, value)


class _Kept(MetaPathFinder, Loader):
    """Finds the modules again that pickled objects refer to, after a restart."""

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        package, _dot, stem = name.rpartition(".")
        if package != __name__:
            return None
        path = course_folder() / "mine" / f"{stem}.py"
        return ModuleSpec(name, self, origin=str(path)) if path.is_file() else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        assert spec.origin is not None
        return _load_kept(Path(spec.origin))

    def exec_module(self, module: ModuleType) -> None:
        """It has run."""


sys.modules[__name__].__class__ = _Mine
sys.meta_path.append(_Kept())


def _require_name(name: str) -> None:
    if not name.isidentifier():
        raise ImplementationError(
            f"{_MAGIC}: expected one name, such as {_MAGIC} Conv2d, got {name!r}"
        )


def _load_kept(path: Path) -> ModuleType:
    """What is kept as ``path``, as it is now.

    Raises:
        FileNotFoundError: there is nothing.
    """
    source = path.read_text(encoding="utf-8")
    if path not in loaded or loaded[path][0] != source:
        loaded[path] = (source, _run_module(path.stem, source, str(path)))
    return loaded[path][1]


def _run_module(stem: str, source: str, filename: str, name: str | None = None) -> ModuleType:
    """Run a cell as the module ``stem`` of this one; it must define ``name``, if that is given."""
    code = compile(source, filename, "exec", dont_inherit=True)
    module = ModuleType(f"{__name__}.{stem}")
    module.__file__ = filename
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    # No modification time: linecache then keeps the lines although there may be no such file.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        exec(code, module.__dict__)
        if name is not None:
            _defined(name, module)
    except BaseException:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before
        raise
    return module


def _defined(name: str, module: ModuleType) -> Any:
    """The module's ``name``, or an error that says what it defines instead."""
    if name in vars(module):
        return vars(module)[name]
    own = [
        other
        for other, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
    ]
    similar = difflib.get_close_matches(name.lower(), [other.lower() for other in own], n=1)
    meant = next((other for other in own if similar and other.lower() == similar[0]), None)
    raise ImplementationError(
        f"{_MAGIC} {name}: the cell does not define {name}. "
        + (f"It defines {', '.join(own)}. " if own else "It defines no function and no class. ")
        + (f"Rename {meant} to {name}." if meant else f"Define a function or class named {name}.")
    )
