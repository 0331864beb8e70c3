"""A class report as one HTML page that needs nothing else, with pictures that are described."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from importlib.resources import files

import mistune
from jinja2 import Environment
from markupsafe import Markup, escape

from convkit.course.class_report import ClassReport, TestResult
from convkit.grading.gradebook.times_shared import bars, told
from convkit.learning.time_spent import PAUSE

_BARS = 20
_INK, _BLUE, _ORANGE = "#222222", "#0b62a4", "#c75b12"
_TESTS_IN_PICTURE = 30
_markdown = mistune.create_markdown(escape=True)


def page(report: ClassReport, *, names: bool) -> str:
    """The page; students' names are in it only if ``names``."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["code"] = _code
    environment.filters["markdown"] = lambda text: Markup(_markdown(text))
    text = (files("convkit.course") / "texts" / "report.html.j2").read_text("utf-8")
    return environment.from_string(text).render(
        report=report,
        names=names,
        graded=len(report.scores),
        scores=_scores_picture(report) if report.scores else None,
        scores_in_words=scores_in_words(report.scores, report.most),
        tests=_tests_picture(report.tests) if report.scores and report.tests else None,
        tests_in_words=tests_in_words(report.tests),
        times=_times_picture(report.minutes) if len(report.minutes) > 1 else None,
        times_in_words=times_in_words(report.minutes),
        pause=f"{PAUSE / 60:g}",
        percent=lambda part, whole: f"{100 * part / whole:.0f} %" if whole else "–",
    )


def _code(text: str) -> Markup:
    """What stands between backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def scores_in_words(scores: Sequence[float], most: float) -> str:
    """What the picture of the scores shows."""
    if not scores:
        return "Nobody has a grade yet."
    if len(scores) == 1:
        return f"One student has a grade: {scores[0]:.4g} of {most:g} points."
    ordered = sorted(scores)
    quarter, middle, upper = _quartiles(ordered)
    full = sum(score >= most for score in scores)
    return (
        f"{len(scores):,} students have a grade. The median is {middle:.4g} of {most:g} points, "
        f"half of them lie between {quarter:.4g} and {upper:.4g}, the lowest is {ordered[0]:.4g}, "
        f"the highest {ordered[-1]:.4g}. {full:,} {'has' if full == 1 else 'have'} all points."
    )


def tests_in_words(tests: Sequence[TestResult]) -> str:
    """What the picture of the tests shows."""
    tried = [test for test in tests if test.earned]
    if not tried:
        return "No test has been run yet."
    hardest, easiest = (pick(tried, key=lambda test: test.share) for pick in (min, max))
    return (
        f"Of {len(tried)} tests, {hardest.name} went worst: {hardest.passed:,} of "
        f"{len(hardest.earned):,} have all its points, {100 * hardest.share:.0f} % of them are "
        f"earned. {easiest.name} went best, with {100 * easiest.share:.0f} %."
    )


def times_in_words(minutes: Sequence[float]) -> str:
    """What the picture of the times shows."""
    if not minutes:
        return "Nobody has handed in the time that was spent."
    if len(minutes) == 1:
        return f"One student has handed in the time that was spent: {told(minutes[0])}."
    ordered = sorted(minutes)
    quarter, middle, upper = map(told, _quartiles(ordered))
    return (
        f"{len(ordered):,} students have handed in the time that was spent. The median is "
        f"{middle}, half of them took between {quarter} and {upper}, the shortest is "
        f"{told(ordered[0])}, the longest {told(ordered[-1])}."
    )


def _quartiles(ordered: Sequence[float]) -> list[float]:
    return [ordered[round(part * (len(ordered) - 1))] for part in (0.25, 0.5, 0.75)]


def _scores_picture(report: ClassReport) -> str:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    axes = figure.subplots()
    top = max(report.most, *report.scores, 1.0)
    axes.hist(
        report.scores, bins=min(_BARS, round(top)), range=(0, top), color=_BLUE, edgecolor="white"
    )
    axes.set(xlim=(0, top), xlabel=f"points (of {report.most:g})", ylabel="students")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return _picture(figure)


def _tests_picture(tests: Sequence[TestResult]) -> str:
    from matplotlib.figure import Figure

    shown = sorted(tests, key=lambda test: test.share)[:_TESTS_IN_PICTURE][::-1]
    figure = Figure(figsize=(7.2, 0.9 + 0.3 * len(shown)), layout="constrained")
    axes = figure.subplots()
    places = range(len(shown))
    full = [100 * test.passed / max(1, len(test.earned)) for test in shown]
    share = [100 * test.share for test in shown]
    axes.barh(places, share, color="#c9d9e6", label="of the points are earned")
    axes.plot(full, places, "D", color=_ORANGE, markersize=6, label="of the students have all")
    axes.set_yticks(places, [test.name for test in shown])
    axes.set(xlim=(0, 101.5), xlabel="%")
    axes.margins(y=0.02)
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    return _picture(figure)


def _times_picture(minutes: Sequence[float]) -> str:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    shown = bars(minutes)
    unit, words = (60, "hours") if shown[-1].start >= 300 else (1, "minutes")
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    axes = figure.subplots()
    places = range(len(shown))
    heights = [bar.students for bar in shown]
    axes.bar(places, heights, width=1, align="edge", color=_BLUE, edgecolor="white")
    labels = [f"{bar.start / unit:g}" for bar in shown]
    labels.append("more" if shown[-1].end is None else f"{shown[-1].end / unit:g}")
    axes.set_xticks(range(len(labels)), labels)
    axes.set(xlim=(0, len(shown)), xlabel=f"{words} from check to check", ylabel="students")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return _picture(figure)


def _picture(figure: object) -> str:
    """As the address of an image in the page."""
    import matplotlib

    data = io.BytesIO()
    for axes in figure.axes:  # type: ignore[attr-defined]
        axes.spines[["top", "right"]].set_visible(False)
    with matplotlib.rc_context({"svg.hashsalt": "convkit"}):
        figure.savefig(data, format="svg", metadata={"Date": None})  # type: ignore[attr-defined]
    return f"data:image/svg+xml;base64,{base64.b64encode(data.getvalue()).decode()}"
