"""The ``convkit`` command."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from convkit.grading.terminal import say

FIRST_PAGE = "lectures/00-start-here.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``convkit`` with ``arguments`` (those of the process) and return its exit status."""
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if options.run is _open:
        options.jupyter = unknown
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as in `convkit report 02-convolution | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(f"{error.strerror or error}: {error.filename or 'here'}")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="convkit",
        description="The course, in a terminal. Run it in the course's folder.",
        epilog="`convkit COMMAND --help` says more about a command.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, does: str, more: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}{more}"
        )

    start = add(
        "open",
        "open the course in JupyterLab",
        ", with the course's settings. What it does not know is handed to JupyterLab, such as "
        "--no-browser. `python -m convkit` alone does the same.",
    )
    start.set_defaults(run=_open)
    progress = add(
        "progress", "how far you are: each name untouched, started, failing, or yours", "."
    )
    progress.set_defaults(run=_progress)
    grade = add(
        "grade",
        "for instructors: grade a class",
        ", that is everybody in submitted/ and everybody whom the gradebook knows. Who has a grade "
        "that still holds is left alone, so run it again after a change, or to go on where it was "
        "stopped. The exit status is 1 where somebody has no grade for a reason on your side.",
    )
    grade.add_argument("assignment", type=_name, help="the name of a folder in solutions/")
    grade.add_argument("--student", nargs="+", default=[], metavar="STUDENT", help="only these")
    grade.add_argument("--force", action="store_true", help="grade again what is up to date, too")
    grade.set_defaults(run=_grade)
    report = add(
        "report",
        "for instructors: who has which grade, and whether it is up to date",
        ". Nothing is graded or changed.",
    )
    report.add_argument("assignment", type=_name, help="the name of a folder in solutions/")
    report.set_defaults(run=_report)
    doctor = add(
        "doctor",
        "for instructors: whether this machine can grade safely",
        ", that is whether what the sandbox for student code promises holds here, and what would "
        "cure what does not.",
    )
    doctor.set_defaults(run=_doctor)
    return parser


def _name(text: str) -> str:
    return text.rstrip("/")  # as shells complete it


def _failed(why: str) -> int:
    say(f"convkit: {why}", sys.stderr)
    return 1


def _open(options: argparse.Namespace) -> int:
    """JupyterLab on this folder: widgets are saved with their notebook, nobody is shown news, and
    what only instructors need is out of the way."""
    settings = [str(Path(__file__).parent / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH")]
    page = f"/lab/tree/{FIRST_PAGE}" if Path(FIRST_PAGE).is_file() else "/lab"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path.cwd()}"]
    command += [f"--LabApp.default_url={page}", *options.jupyter]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:  # how one stops it
        return 0


def _progress(options: argparse.Namespace) -> int:
    from convkit.learning.journal import progress

    say(str(progress()))
    return 0


def _grade(options: argparse.Namespace) -> int:
    from convkit.grading.outcome import GraderError
    from convkit.grading.sandbox.bubblewrap import SandboxError
    from convkit.grading.sandbox.doctor import require

    try:
        require()
        from convkit.grading.runner import grade_class  # of which much is there on Linux alone

        return grade_class(Path.cwd(), options.assignment, options.student, force=options.force)
    except (GraderError, SandboxError) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        say(f"Stopped. `convkit grade {options.assignment}` goes on from here.", sys.stderr)
        return 130


def _report(options: argparse.Namespace) -> int:
    from convkit.grading.gradebook.report import report_class
    from convkit.grading.outcome import GraderError

    try:
        say(report_class(Path.cwd(), options.assignment))
    except GraderError as error:
        return _failed(str(error))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from convkit.grading.sandbox.doctor import counted, findings

    found = [*findings(), counted()]
    for each in found:
        say(f"{'✓' if each.holds else '✗' if each.required else '!'} {each.what}")
        if each.cure:
            say(textwrap.indent(each.cure, "    "))
    broken = any(each.required and not each.holds for each in found)
    say("Grading is refused on this machine." if broken else "This machine can grade.")
    return int(broken)
