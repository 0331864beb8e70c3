"""Formgrader's own pages, in which nbgrader puts the names of folders as they come.

nbgrader has no setting for how it makes them, so its handlers are given what is set here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jinja2.ext import Extension
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.base import BaseApiHandler, BaseHandler

_OURS = Path(__file__).parent / "templates" / "formgrader"
_THEIRS = Path(handlers.template_path)
_IN_SCRIPT = re.compile(r'(var \w+ = )"\{\{ (\w+) \}\}"')


class _NamesInScripts(Extension):
    """A name in a script is a JavaScript string; everywhere else it is escaped as HTML."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _IN_SCRIPT.sub(r"\1{{ \2 | tojson }}", source)


TEMPLATES = Environment(
    loader=FileSystemLoader([_OURS, _THEIRS, _THEIRS.parent]),
    autoescape=True,
    extensions=[_NamesInScripts],
)
"""What formgrader's pages are made of: nbgrader's templates, those of the course in front."""


def _render(handler: Any, name: str, **known: Any) -> str:
    return TEMPLATES.get_template(name).render(**known)


def _set_default_headers(handler: Any) -> None:
    super(BaseApiHandler, handler).set_default_headers()
    # Not JSON either: the scripts that ask for it take it as text.
    handler.set_header("Content-Type", "text/plain; charset=UTF-8")


def set_up_formgrader() -> None:
    """Let names be no more than names in the pages and the answers of this process's formgrader."""
    BaseHandler.render = _render
    BaseApiHandler.set_default_headers = _set_default_headers
