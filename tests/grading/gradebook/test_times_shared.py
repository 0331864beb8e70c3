"""How long a class took, from files that anybody may have written."""

import json

import pytest

from convkit.grading.gradebook.times_shared import bars, times_shared, told
from convkit.grading.intake.folder import look_into


@pytest.fixture
def shared(tmp_path):
    """Puts what students wrote into their folders; the minutes that are read of them."""

    def read(*files):
        for number, text in enumerate(files):
            folder = tmp_path / f"student-{number}"
            folder.mkdir()
            if text is not None:
                written = text if isinstance(text, str) else json.dumps(text)
                (folder / "time_spent.json").write_text(written)
        there = (look_into(folder) for folder in sorted(tmp_path.iterdir()))
        return times_shared(there, {"Conv2d", "correlate2d"})

    return read


def test_the_names_of_the_assignment_count_of_those_who_shared_them(shared):
    files = {"Conv2d": 600, "correlate2d": 90.6, "ReLU": 5000}, {"ReLU": 60}, None, {"Conv2d": 60}
    assert shared(*files) == [1, 11.51]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '"text"',
        "[600]",
        '{"Conv2d": "600"}',
        '{"Conv2d": -600}',
        '{"Conv2d": true}',
        '{"Conv2d": NaN}',
        '{"Conv2d": 1e999}',
        '{"Conv2d": 1' + "0" * 400 + "}",
        '{"Conv2d": [600], "correlate2d": {"Conv2d": 600}}',
        '{"Conv2d": 600, "more": "' + "x" * (1 << 20) + '"}',
    ],
)
def test_a_file_that_somebody_made_up_spoils_nothing(shared, text):
    assert shared(text, {"Conv2d": 120}) == [2]


def test_nobody_takes_more_than_anybody_could(shared):
    assert shared({"Conv2d": 3_600_000, "correlate2d": 3_600_000}) == [60_000]


@pytest.mark.parametrize("minutes", [[0.1], [7], [10, 20], [60_000], [1] * 30 + [60_000]])
def test_everybody_is_in_one_bar(minutes):
    shown = bars(minutes)
    assert 1 <= len(shown) <= 20
    assert sum(bar.students for bar in shown) == len(minutes)
    for bar in shown:
        inside = [m for m in minutes if bar.start <= m and (bar.end is None or m < bar.end)]
        assert len(inside) == bar.students


def test_one_who_forged_a_thousand_hours_does_not_hide_the_others():
    shown = {str(bar): bar.students for bar in bars([40, 50, 60, 70, 60_000]) if bar.students}
    assert shown == {
        "30 min to 45 min": 1,
        "45 min to 1 h": 1,
        "1 h to 1 h 15 min": 2,
        "4 h or more": 1,
    }
    assert bars([]) == []


def test_minutes_as_one_says_them():
    assert [told(n) for n in (0.2, 45, 60, 119.8)] == ["0 min", "45 min", "1 h", "2 h"]
