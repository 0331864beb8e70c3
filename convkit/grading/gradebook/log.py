"""What nbgrader's commands log: names do nothing there, and what is no bug is said in a line."""

from __future__ import annotations

import logging
import sys
from typing import Any

from tornado.log import LogFormatter

from convkit.checks.saying.encodable import encodable
from convkit.grading.outcome import GraderError
from convkit.grading.sandbox.host import SandboxError
from convkit.grading.terminal import harmless


class Plain(LogFormatter):
    """nbgrader's own way to format, of harmless lines."""

    def format(self, record: logging.LogRecord) -> Any:
        text, error = record.getMessage(), sys.exception()
        if text.startswith("Traceback") and isinstance(error, GraderError | SandboxError):
            text = str(error)
        lines = "\n".join(map(harmless, text.split("\n")))
        record.msg, record.args = encodable(lines, sys.stderr), ()
        return super().format(record)


def set_up_log(config: Any) -> None:
    """Let every nbgrader command log so."""
    name = f"{Plain.__module__}.{Plain.__qualname__}"
    config.NbGrader.logging_config = {"formatters": {"console": {"class": name}}}
