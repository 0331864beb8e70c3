"""The ``convkit`` command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``convkit`` with ``arguments`` (those of the process) and return its exit status."""
    parser = argparse.ArgumentParser(prog="convkit", description="The course, in a terminal.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    progress = commands.add_parser(
        "progress", help="how far you are: each name untouched, started, failing, or yours"
    )
    progress.set_defaults(run=_progress)
    grade = commands.add_parser(
        "grade",
        help="for instructors: grade a class; run it again to go on where it was stopped",
    )
    grade.add_argument("assignment")
    grade.add_argument("--student", nargs="+", default=[], metavar="STUDENT", help="only these")
    grade.add_argument("--force", action="store_true", help="grade again what is up to date")
    grade.set_defaults(run=_grade)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def _progress(options: argparse.Namespace) -> int:
    from convkit.journal import progress

    print(progress())
    return 0


def _grade(options: argparse.Namespace) -> int:
    from convkit.grading.runner import grade_class

    return grade_class(Path.cwd(), options.assignment, options.student, force=options.force)
