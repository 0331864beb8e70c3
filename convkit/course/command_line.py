"""How instructors' commands are called, and what their help says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from convkit.course import CourseError, commands
from convkit.course.tables import number
from convkit.grading.outcome import GraderError
from convkit.grading.sandbox.host import SandboxError
from convkit.grading.terminal import say

_LONGEST_EXTENSION = 1000


def add_commands(add_command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add them, each by ``add_command(name, run, does, more, whom=…)``."""

    def add(
        name: str, run: Callable[[argparse.Namespace], int | None], does: str, more: str = "."
    ) -> argparse.ArgumentParser:
        return add_command(name, _in_a_sentence(run), does, more, whom="for instructors: ")

    new = add(
        "new-course",
        commands.new_course,
        "begin a course of your own",
        " in a new folder: solutions, exercises, lectures, configuration, a hidden seed, and a "
        "README for the staff. Keep it private.",
    )
    new.add_argument("folder", type=Path, help="a folder that is not there yet, or is empty")

    update = add(
        "update",
        commands.update,
        "bring the installed release into your course",
        ". What you have changed stays as you have it, or gets the release's changes as well; "
        "where both have changed the same lines, yours stay, and the release's lie beside. "
        "What is said of grades is said before anything changes.",
    )
    _dry_run(update)

    bundle = add(
        "bundle",
        commands.bundle,
        "make the ZIP that students get",
        ": exercises, lectures, and a convkit to install that holds neither solutions nor hidden "
        "tests. The exercises are generated from solutions/ now.",
    )
    bundle.add_argument("zip", type=_zip, help="the file to write, which is not there yet")
    bundle.add_argument(
        "assignment", nargs="*", type=_name, help="these alone (all, if none is named)"
    )

    roster = add(
        "roster",
        commands.roster,
        "say who is in the course",
        ", by a gradebook that Canvas exports, a list of participants or grades from Moodle, or a "
        "table with the columns id, first_name, last_name, email, section, group. It is kept in "
        "roster.csv and in the gradebook. Nobody is ever removed.",
    )
    roster.add_argument("file", type=Path, help="the CSV file")
    _dry_run(roster)

    collect = add(
        "collect",
        commands.collect,
        "bring a download from Canvas or Moodle to where it is graded",
        ". Folders handed in as ZIP are unpacked, what a group hands in is each member's, and "
        "nothing is overwritten. The exit status is 1 where somebody's work was left.",
    )
    _assignment(collect)
    collect.add_argument("zip", type=Path, help="the platform's ZIP of all submissions")
    collect.add_argument(
        "--who",
        action="append",
        default=[],
        metavar="NAME=ID",
        type=_pair,
        help="whose work it is that bears that name, or number, in the ZIP",
    )
    collect.add_argument(
        "--replace", action="store_true", help="put earlier work aside and take this"
    )
    _dry_run(collect)

    extend = add(
        "extend",
        commands.extend,
        "give students more time",
        " than the assignment's due date, in the gradebook. What lateness has cost is worked out "
        "anew by the next `convkit grade`.",
    )
    _assignment(extend)
    extend.add_argument("days", type=_days, help="how many days; 0 takes an extension back")
    extend.add_argument("student", nargs="+", help="students' ids")

    grade = add(
        "grade",
        commands.grade,
        "grade a class",
        ", that is everybody in submitted/ and everybody whom the gradebook knows. Who has a grade "
        "that still holds is left alone, so run it again after a change, or to go on where it was "
        "stopped. The exit status is 1 where somebody has no grade for a reason on your side.",
    )
    _assignment(grade)
    grade.add_argument("--student", nargs="+", default=[], metavar="STUDENT", help="only these")
    grade.add_argument("--force", action="store_true", help="grade again what is up to date, too")
    grade.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on a dask.distributed cluster, such as tcp://10.0.0.5:8786",
    )

    report = add(
        "report",
        commands.report,
        "who has which grade, and whether it is up to date",
        "; as a page, what the class got right and wrong. Nothing is graded or changed.",
    )
    _assignment(report)
    report.add_argument(
        "--html",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="FILE",
        help="write a page for the next lecture: mistakes ranked, scores, tests, what was "
        "answered in the lectures (ASSIGNMENT-class.html)",
    )
    report.add_argument(
        "--csv", nargs="?", type=Path, const=Path(), metavar="FILE", help="the same as a table"
    )
    report.add_argument("--names", action="store_true", help="name students in the page")
    report.add_argument(
        "--section", default="", metavar="NAME", help="the page or table of a section of the roster"
    )

    answers = add(
        "answers",
        commands.answers,
        "grade written answers in a table",
        ": question by question across the class, with the mark scheme and whatever points and "
        "comments there are. Fill it in with a spreadsheet, where comments are easily used again, "
        "and bring it back by --take.",
    )
    _assignment(answers)
    answers.add_argument("table", type=Path, help="the CSV file to write, or to take")
    answers.add_argument("--take", action="store_true", help="bring the table into the gradebook")

    regrade = add(
        "regrade",
        commands.regrade,
        "answer a request to look again",
        ": one submission is graded anew, and what differs from before is said test by test, with "
        "the reason. Points given by hand stay.",
    )
    _assignment(regrade)
    regrade.add_argument("student", help="the student's id")

    similar = add(
        "similar",
        commands.similar,
        "which implementations look alike",
        " but for names, comments and layout: pairs of students, and students beside the solution "
        "(called solutions) and the layers that convkit shows (called convkit), the most alike "
        "first. It is a place to look and not a verdict.",
    )
    _assignment(similar)
    similar.add_argument(
        "--side-by-side", type=int, default=0, metavar="N", help="show how the first N pairs differ"
    )

    grades = add(
        "grades",
        commands.grades,
        "put grades into Canvas or Moodle",
        ": into the gradebook that they export, which is then imported there. Grades that are out "
        "of date or wait for answers to be read are held back; who has no grade keeps what stands "
        "there. The exit status is 1 where somebody's points are not in it.",
    )
    _assignment(grades)
    grades.add_argument("gradebook", type=Path, help="the CSV that Canvas or Moodle exports")
    grades.add_argument(
        "--to", type=Path, metavar="FILE", help="the file to write (ASSIGNMENT-grades.csv)"
    )
    grades.add_argument("--column", default="", help="which it is, if not called as the assignment")
    _dry_run(grades)

    add(
        "doctor",
        commands.doctor,
        "whether this machine can grade safely",
        ", that is whether what the sandbox for student code promises holds here, and what would "
        "cure what does not.",
    )


def _assignment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", type=_name, help="the name of a folder in solutions/")


def _dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")


def _pair(text: str) -> tuple[str, str]:
    name, equals, student = text.rpartition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=ID, got {text!r}")
    return name, student


def _days(text: str) -> float:
    days = number(text)
    if days is None or not 0 <= days <= _LONGEST_EXTENSION:
        raise argparse.ArgumentTypeError(f"expected 0 to {_LONGEST_EXTENSION} days, got {text!r}")
    return days


def _zip(text: str) -> Path:
    if not text.lower().endswith(".zip"):
        raise argparse.ArgumentTypeError(
            f"expected the file to write, such as week-3.zip, got {text!r}"
        )
    return Path(text)


def _name(text: str) -> str:
    return text.rstrip("/")  # as shells complete it


def _in_a_sentence(
    run: Callable[[argparse.Namespace], int | None],
) -> Callable[[argparse.Namespace], int]:
    """``run``, with what it refuses said in a sentence, and its exit status."""

    def ran(options: argparse.Namespace) -> int:
        try:
            return run(options) or 0
        except (CourseError, GraderError, SandboxError) as error:
            say(f"convkit: {error}", sys.stderr)
            return 1

    return ran
