"""The distribution of answers in a class, from files that anybody may have written."""

import json

import pytest

from convkit.grading.gradebook.answers_given import answers_given
from convkit.grading.intake.folder import look_into
from convkit.learning.questions import question


@pytest.fixture
def handed_in(tmp_path):
    """Puts what students wrote into their folders, and reports."""

    def report(*files):
        for number, text in enumerate(files):
            folder = tmp_path / f"student-{number}"
            folder.mkdir()
            if text is not None:
                written = text if isinstance(text, str) else json.dumps(text)
                (folder / "answers.json").write_text(written)
        return answers_given(look_into(folder) for folder in sorted(tmp_path.iterdir()))

    return report


def tries(*given):
    return [{"given": each, "right": True, "day": "2026-01-05"} for each in given]


def test_first_tries_are_counted_whatever_the_file_says_of_them(handed_in):
    wrong = question("sharing-turned").wrong[0][0]
    said = handed_in(
        {"sharing-count": tries(40000, 10000), "sharing-turned": tries(wrong)},
        {"sharing-count": tries(40000)},
        {"sharing-count": tries(10000), "sharing-own-bias": tries("a secret")},
        None,
    )
    assert "of 3 students who handed them in" in said
    assert "sharing-count: 1 of 3 right; 40000 (2)" in said
    assert f'sharing-turned: 0 of 1 right; "{wrong}" (1)' in said
    assert "sharing-own-bias: 1 in writing" in said
    assert "secret" not in said


def test_a_folder_that_was_handed_in_with_a_folder_around_it(handed_in, tmp_path):
    (tmp_path / "student-9" / "mini").mkdir(parents=True)
    (tmp_path / "student-9" / "mini" / "answers.json").write_text(
        json.dumps({"sharing-count": tries(10000)})
    )
    assert "sharing-count: 1 of 1 right" in handed_in(None)


def test_where_nobody_handed_answers_in_nothing_is_said(handed_in):
    assert handed_in(None, None) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '"text"',
        '{"sharing-count": 3}',
        '{"sharing-count": [3]}',
        '{"sharing-count": [{"given": "\\u001b[31m"}]}',
        '{"sharing-count": [{"given": true}]}',
        '{"sharing-drag": [{"given": [1]}], "convolution-same": [{"given": "x"}]}',
        '{"unknown": [{"given": 1}]}',
        '{"sharing-count": [{"given": 1' + "0" * 400 + ', "right": true, "day": ""}]}',
    ],
)
def test_a_file_that_somebody_made_up_spoils_nothing(handed_in, text):
    said = handed_in(text, {"sharing-count": tries(7)})
    assert "sharing-count: 0 of 1 right; 7 (1)" in said
    assert "\x1b" not in said


def test_an_option_that_nobody_offered_is_not_repeated(handed_in):
    said = handed_in({"sharing-turned": tries("\x1b[2J<b>"), "sharing-count": tries(1e400, 7)})
    assert "something that is no option (1)" in said
    assert "<b>" not in said
    assert "sharing-count" not in said  # inf is no number that anybody can answer


def test_a_file_that_is_too_large_is_not_read(handed_in):
    assert handed_in(json.dumps({"sharing-count": tries(7), "more": "x" * (1 << 20)})) == ""
