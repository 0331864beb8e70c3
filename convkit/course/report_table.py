"""A class report as a table: a line for each test, mistake, status, section, time and answer."""

from __future__ import annotations

import csv
import io
from statistics import fmean

from convkit.course.class_report import ClassReport
from convkit.course.tables import unformulated
from convkit.grading.gradebook.times_shared import bars


def as_csv(report: ClassReport) -> bytes:
    """The table; what students wrote is no formula in it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["kind", "name", "what", "students", "of", "average share", "read"])
    graded = len(report.scores)
    for test in report.tests:
        share = f"{test.share:.3f}"
        passed = test.passed, len(test.earned)
        writer.writerow(["test", test.name, "full points", *passed, share, ""])
    for each in report.mistakes:
        read = f"{each.lecture}: {each.section}" if each.lecture else ""
        cells = [each.of, each.title, str(len(each.students)), str(graded), "", read]
        writer.writerow(["mistake", *map(unformulated, cells)])
    for status, count in report.statuses.items():
        writer.writerow(["status", status, "", count, report.students, "", ""])
    for name, scores in report.sections.items():
        share = f"{fmean(scores) / report.most:.3f}" if scores and report.most else ""
        writer.writerow(["section", unformulated(name), "graded", len(scores), "", share, ""])
    for bar in bars(report.minutes):
        writer.writerow(["time", "", str(bar), bar.students, len(report.minutes), "", ""])
    for told in report.answers:
        for words, count in told.distribution:
            cells = [told.asked.name, words, str(count), str(told.tries), "", told.asked.lecture]
            writer.writerow(["answer", *map(unformulated, cells)])
    return text.getvalue().encode("utf-8-sig")
