"""When something was handed in: understood, or asked, and never guessed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from convkit.grading.gradebook.timestamps import judged, readings, received
from convkit.grading.outcome import Outcome, Status

NOON = datetime(2025, 7, 1, 12)
WINTER = datetime(2025, 1, 5, 12)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-07-01 12:00:00.000000 UTC", NOON),
        ("2025-07-01 12:00", NOON),
        ("2025-07-01T12:00:00Z", NOON),
        ("2025-07-01 08:00:00.000000 EDT", NOON),
        ("2025-07-01 05:00 PDT", NOON),
        ("2025-07-01 14:00 CEST", NOON),
        ("2025-07-01 13:00 BST", NOON),
        ("2025-07-01 21:00 JST", NOON),
        ("2025-07-01 17:30:00 +0530", NOON),
        ("2025-07-01 17:30:00+05:30", NOON),
        ("2025-07-01 09:00 UTC-3", NOON),
        ("2025-07-01 20:00:00.000000 +08", NOON),
        ("2025-07-01 17:30 Asia/Kolkata", NOON),
        ("2025-07-01 08:00 America/New_York", NOON),
        ("2025-07-01 09:00 America/Argentina/Buenos_Aires", NOON),
        ("1 July 2025 12:00", NOON),
        ("July 1, 2025 5:30 PM +05:30", NOON),
        ("2025-01-05 07:00 EST", WINTER),
        ("2025-01-05 13:00 CET", WINTER),
        ("2025-01-05 04:00 PST", WINTER),
    ],
)
def test_a_time_and_its_zone_are_understood(text, time):
    assert readings(text) == {time}


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Jerusalem"])
def test_an_abbreviation_is_that_of_the_courses_zone(zone):
    ahead = timedelta(hours=5, minutes=30) if zone == "Asia/Kolkata" else timedelta(hours=2)
    assert readings("2025-01-05 12:00:00.000000 IST", [zone]) == {WINTER - ahead}


@pytest.mark.parametrize(
    "text",
    ["10", "yesterday evening", "12:00", "2025-07-01", "03/04/2026 12:00", "2025-01-05 12:00 IST",
     "2025-01-05 12:00 CST", "2025-10-26 02:30 Europe/Berlin", "1 July"],
)  # fmt: skip
def test_what_may_mean_several_times_or_none_is_not_guessed(text):
    assert len(readings(text)) != 1


@pytest.mark.parametrize(
    "text",
    ["0001-01-01 00:00:00 UTC", "1999-12-31 12:00", "9999-01-01 00:00", "2025-07-01 12:00 XYZ",
     "2025-07-01 12:00 Mars/Olympus", "2025-13-40 12:00", "", "\0"],
)  # fmt: skip
def test_what_nobody_can_have_meant_is_no_time(text):
    assert readings(text) == set()


@given(st.text(max_size=30) | st.from_regex(r"[0-9:+\-/ A-Z.]{1,30}", fullmatch=True))
def test_no_text_raises(text):
    readings(text)


DUE = NOON


def test_in_time_it_is_the_students_word_unless_the_exchange_knows():
    time, outcome = judged("2025-07-01 12:00 UTC", DUE, [], sure=False)
    assert time == NOON
    assert outcome.status is Status.GRADED
    assert "which a student can write as well" in outcome.notes[0]
    assert judged("2025-07-01 12:00 UTC", DUE, [], sure=True) == (NOON, Outcome())


def test_late_is_late():
    assert judged("2025-07-01 08:01 EDT", DUE, [], sure=False)[1] == Outcome()
    time, _ = judged("2025-07-01 08:01 EDT", DUE, [], sure=False)
    assert time == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("text", ["10", "0001-01-01 00:00", "soon", "", "2025-07-01 14:00 IST"])
def test_where_lateness_cannot_be_told_a_person_is_asked(text):
    time, outcome = judged(text, DUE, [], sure=False)
    assert time is None
    assert outcome.status is Status.UNREADABLE
    assert outcome.reason.startswith("when it was handed in is for you to say: of timestamp.txt, ")


def test_where_it_is_in_time_however_it_is_read_nobody_is_asked():
    assert judged("2025-01-05 12:00 IST", DUE, [], sure=True)[1] == Outcome()


def test_without_the_file_nothing_is_late():
    assert judged(None, DUE, [], sure=False) == (None, Outcome())


def test_without_a_due_date_nothing_hangs_on_it():
    assert judged("2025-07-01 12:00", None, [], sure=False) == (NOON, Outcome())
    note = "timestamp.txt is no time, and was not taken: '10'"
    assert judged("10", None, [], sure=False) == (None, Outcome(notes=(note,)))


def test_the_exchange_knows_what_it_received(tmp_path):
    text = "2025-07-01 12:00:00.000000 UTC"
    (tmp_path / "course" / "inbound" / f"ann+mini+{text}+3f2a").mkdir(parents=True)
    config = Config({"Exchange": {"root": str(tmp_path)}})
    assert received(config, "course", "mini", "ann", text)
    assert not received(config, "course", "mini", "ann", text.replace("12", "11"))
    assert not received(config, "course", "mini", "bob", text)
    assert not received(Config(), "course", "mini", "ann", text)
