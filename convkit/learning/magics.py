"""The ``%%implement`` magic of a notebook, and the way back to an earlier version."""

from __future__ import annotations

import traceback
from typing import Any

from convkit import mine
from convkit.checks.checking import WrongName
from convkit.mine import (
    ImplementationError,
    course_folder,
    earlier_versions,
    implement,
    is_unfilled,
    kept_file,
    parse_implementation,
)

_MAGIC = "%%implement"
not_loaded: dict[str, str] = {}
"""Why the last cell of a name did not load, for names of which that is so."""


def register_magics(shell: Any) -> None:
    """Give an IPython shell the ``%%implement`` magic."""

    def run_cell(line: str, cell: str) -> None:
        name, source = parse_implementation(f"{_MAGIC} {line}\n{cell}") or ("", "")
        if _has_better(name, source):
            shell.user_ns[name] = getattr(mine, name)
            not_loaded[name] = "it is not filled in yet"
            print(
                f"This cell is not filled in yet. So {name} is what you wrote before, which is "
                f"kept as mine/{kept_file(name, course_folder()).name}; delete that file to begin "
                "afresh."
            )
            return
        try:
            shell.user_ns[name] = implement(name, source)
            not_loaded.pop(name, None)
        except ImplementationError as error:
            not_loaded[name] = str(error)
            raise
        except SyntaxError as error:
            not_loaded[name] = f"SyntaxError in line {error.lineno}"
            # IPython would show its own frames above the learner's line.
            text = "".join(traceback.format_exception_only(error))
            raise ImplementationError(f"the cell cannot be read as Python\n{text}") from None
        except BaseException as error:
            not_loaded[name] = type(error).__name__
            _show_from_cell(error, shell)
            raise

    shell.register_magic_function(run_cell, "cell", _MAGIC.lstrip("%"))


def why_not_loaded(name: str) -> str | None:
    """Why the last cell of ``name`` did not load; None if it did."""
    return not_loaded.get(name)


def bring_back(name: Any, version: int = 1) -> str:
    """Make an earlier version of ``name`` the one that counts; the present one is set aside.

    Args:
        name: a name, or the class or function itself.
        version: 1 for the version before the present one, 2 for the one before that, ….

    Returns:
        Its source, to be copied into the cell.

    Raises:
        WrongName: there is no such version.
    """
    name = getattr(name, "__name__", name)
    versions = earlier_versions(kept_file(str(name), course_folder()))
    if not 1 <= version <= len(versions):
        there = f"there are {len(versions)}" if versions else "there is none"
        raise WrongName(f"version: of {name}, {there} before the present one, got {version!r}")
    source = versions[version - 1].read_text(encoding="utf-8")
    implement(name, source)
    return source.removeprefix("# ")


def _has_better(name: str, source: str) -> bool:
    """Whether the cell is empty and what is kept is not."""
    if not name.isidentifier() or not is_unfilled(name, source):
        return False
    try:
        kept = kept_file(name, course_folder()).read_text(encoding="utf-8")
    except OSError:
        return False
    return not is_unfilled(name, kept)


def _show_from_cell(error: BaseException, shell: Any) -> None:
    """Make the notebook show ``error`` from the learner's own lines on, not from IPython's."""
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith(f"<{_MAGIC}"):
        frames = frames.tb_next
    if frames is None:
        return

    def render() -> list[str]:
        return shell.InteractiveTB.structured_traceback(type(error), error, frames, tb_offset=0)

    error._render_traceback_ = render  # type: ignore[attr-defined]
