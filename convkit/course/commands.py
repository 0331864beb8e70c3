"""What instructors' commands do. Each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from convkit.course import CourseError, require_new, root_of_course
from convkit.grading.terminal import say


def new_course(options: argparse.Namespace) -> None:
    from convkit.course.start import new_course

    new_course(options.folder)
    say(f"{options.folder} is a course now. Its README.md says what is what, and how a week goes.")
    say("It holds the solutions: keep it private. Next: git init, and convkit doctor.")


def update(options: argparse.Namespace) -> None:
    from convkit.course.update import update

    update(root_of_course(), dry_run=options.dry_run)


def bundle(options: argparse.Namespace) -> None:
    from convkit.course.bundle import bundle

    bundle(root_of_course(), options.zip, options.assignment)
    say(f"{options.zip} is what students get.")


def roster(options: argparse.Namespace) -> None:
    from convkit.course.platforms.roster import take_roster

    take_roster(root_of_course(), options.file, dry_run=options.dry_run)


def collect(options: argparse.Namespace) -> int:
    from convkit.course.platforms.collect import collect

    return collect(
        root_of_course(),
        options.assignment,
        options.zip,
        known=dict(options.who),
        replace=options.replace,
        dry_run=options.dry_run,
    )


def extend(options: argparse.Namespace) -> None:
    from convkit.course.extend import extend

    extend(root_of_course(), options.assignment, options.student, options.days)


def _refuse_on_windows() -> None:
    """What grades cannot even be imported there; say why grading is refused."""
    from convkit.grading.sandbox.doctor import require

    if sys.platform == "win32":
        require()


def grade(options: argparse.Namespace) -> int:
    _refuse_on_windows()
    from convkit.grading.runner import grade_class

    try:
        return grade_class(
            Path.cwd(),
            options.assignment,
            options.student,
            force=options.force,
            scheduler=options.scheduler,
        )
    except KeyboardInterrupt:
        say(f"Stopped. `convkit grade {options.assignment}` goes on from here.", sys.stderr)
        return 130


def answers(options: argparse.Namespace) -> int:
    from convkit.course.written import hand_over, take_over

    if options.take:
        return take_over(root_of_course(), options.assignment, options.table)
    hand_over(root_of_course(), options.assignment, options.table)
    return 0


def regrade(options: argparse.Namespace) -> int:
    _refuse_on_windows()
    from convkit.course.regrade import regrade

    return regrade(root_of_course(), options.assignment, options.student)


def similar(options: argparse.Namespace) -> None:
    from convkit.course.similar import similar

    similar(root_of_course(), options.assignment, side_by_side=options.side_by_side)


def report(options: argparse.Namespace) -> None:
    if options.html is None and options.csv is None:
        if options.section or options.names:
            raise CourseError("--section and --names go with --html or --csv.")
        from convkit.grading.gradebook.standings import report_class

        say(report_class(Path.cwd(), options.assignment))
        return
    from convkit.course.class_report import class_report
    from convkit.course.report_page import page
    from convkit.course.report_table import as_csv

    found = class_report(root_of_course(), options.assignment, options.section)
    for target, ending, data in (
        (options.html, "html", lambda: page(found, names=options.names).encode()),
        (options.csv, "csv", lambda: as_csv(found)),
    ):
        if target is not None:
            place = Path(f"{options.assignment}-class.{ending}") if target == Path() else target
            if place is target:
                require_new(target)
            place.write_bytes(data())
            say(f"{place} is written.")


def grades(options: argparse.Namespace) -> int:
    from convkit.course.marks import send_marks

    target = options.to or Path(f"{options.assignment}-grades.csv")
    if not options.dry_run:
        require_new(target)
    return send_marks(
        root_of_course(),
        options.assignment,
        options.gradebook,
        target,
        column=options.column,
        dry_run=options.dry_run,
    )


def doctor(options: argparse.Namespace) -> int:
    from convkit.grading.sandbox.doctor import counted, findings
    from convkit.grading.sandbox.promises import KEPT

    found = [*findings(), counted()]
    for each in found:
        say(f"{'✓' if each.holds else '✗' if each.required else '!'} {each.what}")
        if each.cure:
            say(textwrap.indent(each.cure, "    "))
    say("And wherever it grades, by how it is built:")
    for sentence in KEPT:
        say(f"✓ {sentence}")
    broken = any(each.required and not each.holds for each in found)
    say("Grading is refused on this machine." if broken else "This machine can grade.")
    return int(broken)
