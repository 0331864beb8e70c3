"""The ``convkit`` command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``convkit`` with ``arguments`` (those of the process) and return its exit status."""
    parser = argparse.ArgumentParser(prog="convkit", description="The course, in a terminal.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    progress = commands.add_parser(
        "progress", help="how far you are: each name untouched, started, failing, or yours"
    )
    progress.set_defaults(run=_progress)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def _progress(options: argparse.Namespace) -> int:
    from convkit.journal import progress

    print(progress())
    return 0
