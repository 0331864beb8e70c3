"""The ``convkit`` command."""

from __future__ import annotations

import argparse
import sys
import textwrap
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
    report = commands.add_parser(
        "report", help="for instructors: who has which grade, and whether it is up to date"
    )
    report.add_argument("assignment")
    report.set_defaults(run=_report)
    doctor = commands.add_parser(
        "doctor", help="for instructors: whether student code can be graded safely on this machine"
    )
    doctor.set_defaults(run=_doctor)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def _progress(options: argparse.Namespace) -> int:
    from convkit.journal import progress

    print(progress())
    return 0


def _grade(options: argparse.Namespace) -> int:
    try:
        return _grade_class(options)
    except KeyboardInterrupt:
        print(f"Stopped. `convkit grade {options.assignment}` goes on from here.", file=sys.stderr)
        return 130


def _grade_class(options: argparse.Namespace) -> int:
    from convkit.grading.job import GraderError
    from convkit.grading.runner import grade_class
    from convkit.grading.sandbox import SandboxError

    try:
        return grade_class(Path.cwd(), options.assignment, options.student, force=options.force)
    except (GraderError, SandboxError) as error:
        print(f"convkit grade: {error}", file=sys.stderr)
        return 1


def _report(options: argparse.Namespace) -> int:
    from convkit.grading.job import GraderError
    from convkit.grading.runner import report_class

    try:
        print(report_class(Path.cwd(), options.assignment))
    except GraderError as error:
        print(f"convkit report: {error}", file=sys.stderr)
        return 1
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from convkit.grading.probe import findings

    found = findings()
    for each in found:
        print(f"{'✓' if each.holds else '✗' if each.required else '!'} {each.what}")
        if each.cure:
            print(textwrap.indent(each.cure, "    "))
    broken = any(each.required and not each.holds for each in found)
    print("Grading is refused on this machine." if broken else "This machine can grade.")
    return int(broken)
