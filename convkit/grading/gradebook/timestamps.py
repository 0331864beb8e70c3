"""Timestamps: when a submission was handed in, as far as that is known.

nbgrader's exchange writes a timestamp.txt, an instructor can, and so can a student. Nothing is
guessed: a text that may mean several times is for a person to see, if any of them is late.
"""

from __future__ import annotations

import functools
import glob
import re
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from dateutil import parser, tz  # type: ignore[import-untyped]
from nbgrader.api import Gradebook, MissingEntry
from traitlets.config import Config

from convkit.grading.gradebook.course import Course
from convkit.grading.intake.folder import look_into
from convkit.grading.outcome import Outcome, Status

FILE = "timestamp.txt"
_BYTES_CAP = 1000
_EXCHANGE = "/usr/local/share/nbgrader/exchange"
_FIRST, _LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)
_DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2, 1, 1)
_ISO = re.compile(r"\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(:\d\d([.,]\d+)?)?")
_ZONE = re.compile(
    r"(?<=\d)Z|(?<=[\d\s])(?:UTC|GMT)?[+-]\d\d?(?::?\d\d)?|\b[A-Z]{3,5}|\b[A-Za-z_]+(?:/[\w+-]+)+"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?")
_SELDOM = {"America/Havana", "Cuba", "Asia/Manila"}
"""Whose abbreviations are known for other zones."""


def judged(
    text: str | None, due: datetime | None, zones: Sequence[str], *, sure: bool
) -> tuple[datetime | None, Outcome]:
    """The time in UTC, if it is known, and what there is to say about it.

    Args:
        text: what timestamp.txt says; None if it is not there, and then nothing is late.
        due: when it should have been handed in, in UTC.
        zones: of the course, whose abbreviations they are if they can be.
        sure: whether the exchange has received a submission at just that time.
    """
    if text is None:
        return None, Outcome()
    times = sorted(readings(text, zones))
    if due is None:
        if len(times) == 1:
            return times[0], Outcome()
        return None, Outcome(notes=(f"{FILE} is no time, and was not taken: {text[:40]!r}",))
    if not times:
        return None, _asking(f"it is no time: {text[:40]!r}")
    if times[-1] <= due:
        word = f"It counts as in time by its {FILE}, which a student can write as well."
        return times[-1], Outcome(notes=() if sure else (word,))
    if len(times) > 1:
        possible = " or ".join(f"{time:%Y-%m-%d %H:%M}" for time in times[:3])
        return None, _asking(f"{text[:40]!r} may be {possible} UTC")
    return times[0], Outcome()


def handed_in(
    course: Course, gradebook: Gradebook, config: Config, assignment: str, student: str
) -> tuple[datetime | None, Outcome]:
    """When a student's submission came, and what there is to say about it, as `judged` does.

    Args:
        config: of nbgrader, with that of its exchange.
    """
    path = course.submitted(assignment, student) / FILE
    if path not in look_into(path.parent, course.surroundings).files:
        return None, Outcome()  # and nothing is late
    with path.open("rb") as file:
        text = file.read(_BYTES_CAP).decode(errors="replace").strip()
    try:
        due = gradebook.find_submission(assignment, student).duedate
    except MissingEntry:
        due = gradebook.find_assignment(assignment).duedate
    sure = received(config, course.directory.course_id, assignment, student, text)
    return judged(text, due, [config.Exchange.get("timezone", "UTC")], sure=sure)


def received(config: Config, course_id: str, assignment: str, student: str, text: str) -> bool:
    """Whether nbgrader's exchange has a submission of just that time."""
    inbound = Path(config.Exchange.get("root", _EXCHANGE), course_id, "inbound")
    return any(inbound.glob(f"{glob.escape(f'{student}+{assignment}+{text}')}*"))


def readings(text: str, zones: Iterable[str] = ()) -> set[datetime]:
    """All the times, in UTC, that a text may mean; without a zone it is UTC, as for nbgrader."""
    zone = next((match for match in _ZONE.finditer(text) if match.end() == len(text)), None)
    if zone is not None and zone[0] in ("AM", "PM"):
        zone = None
    local = text[: zone.start()].strip() if zone else text
    return {
        time - offset
        for time in _dates(local)
        if _FIRST <= time <= _LAST
        for offset in _offsets(zone[0] if zone else "UTC", time, zones)
    }


def _dates(text: str) -> set[datetime]:
    """What a date and a time of day may mean; nothing, if a part of it is missing."""
    found = set()
    for day_first in [False] if _ISO.fullmatch(text) else [False, True]:
        try:
            times = {parser.parse(text, default=each, dayfirst=day_first) for each in _DEFAULTS}
        except Exception:  # dateutil raises whatever it comes to
            return set()
        if len(times) > 1 or any(time.tzinfo for time in times):
            return set()
        found |= times
    return found


def _offsets(zone: str, time: datetime, zones: Iterable[str]) -> set[timedelta]:
    """All that a zone may be ahead of UTC at a local time."""
    if zone in ("Z", "UTC", "GMT"):
        return {timedelta(0)}
    if (match := _OFFSET.fullmatch(zone)) is not None:
        sign, hours, minutes = match.groups(default="0")
        ahead = timedelta(hours=int(hours), minutes=int(minutes))
        return {-ahead if sign == "-" else ahead}
    if "/" in zone:
        known = _zones().get(zone)
        return {offset for offset, _ in _clocks(known, time)} if known else set()
    ours = [_zones()[name] for name in zones if name in _zones()]
    for group in (ours, [tz.tzlocal()], _zones().values()):
        for shown in (time, time + timedelta(days=182)):  # whether or not it is summer there
            found = {o for each in group for o, name in _clocks(each, shown) if name == zone}
            if found:
                return found
    return set()


def _clocks(zone: tzinfo, time: datetime) -> set[tuple[timedelta, str]]:
    """What a zone's clocks show, twice where they are put back."""
    both = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return {(clock.utcoffset() or timedelta(0), clock.tzname() or "") for clock in both}


@functools.cache
def _zones() -> dict[str, tzinfo]:
    return {name: zoneinfo.ZoneInfo(name) for name in zoneinfo.available_timezones() - _SELDOM}


def _asking(why: str) -> Outcome:
    return Outcome(
        Status.UNREADABLE,
        f"when it was handed in is for you to say: of {FILE}, {why}. "
        "Write there a time and its zone, such as 2026-03-01 17:00 +05:30",
    )
