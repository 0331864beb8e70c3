"""What a learner answered is kept, stays small, and decides what is asked again."""

import json

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as tried_with
from hypothesis import strategies as some

from convkit.learning import answers
from convkit.learning.questions import CHOICE, NUMBER, PLACE, lectures, question
from convkit.widgets import Question
from convkit.widgets.question import recall

COUNT = question("sharing-count")


@pytest.fixture
def on(course, monkeypatch):
    """Keeps an answer as if it were given on a day of January."""

    def keep(day, name, given, **more):
        class Day(answers.date):
            @classmethod
            def today(cls):
                return cls(2026, 1, day)

        monkeypatch.setattr(answers, "date", Day)
        answers.keep(question(name), given, **more)

    return keep


def names(lecture):
    return [asked.name for asked in answers.due(lecture)]


def test_an_answer_is_kept_in_the_course_folder_with_its_reason(course):
    answers.keep(COUNT, 40000, why="four times the units")
    kept = json.loads((course / "answers.json").read_text())
    assert list(kept) == ["sharing-count"]
    (attempt,) = kept["sharing-count"]
    assert attempt["given"] == 40000
    assert attempt["right"] is False
    assert attempt["why"] == "four times the units"


def test_the_first_answer_and_the_latest_stay(course):
    for given in range(20):
        answers.keep(COUNT, given)
    kept = [attempt["given"] for attempt in answers.answers()["sharing-count"]]
    assert kept == [0, 13, 14, 15, 16, 17, 18, 19]


def test_a_long_text_is_cut(course):
    answers.keep(question("sharing-own-bias"), "a" * 10_000, why="b" * 10_000)
    (attempt,) = answers.answers()["sharing-own-bias"]
    assert (len(attempt["given"]), len(attempt["why"])) == (2_000, 2_000)


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"sharing-count": 3}', '{"gone": []}'])
def test_a_damaged_file_spoils_no_lecture(course, text):
    (course / "answers.json").write_text(text)
    assert answers.answers() == {}
    answers.keep(COUNT, 10000)
    assert answers.answers()["sharing-count"][0]["right"]


def test_what_was_answered_to_a_question_that_is_gone_is_kept(course):
    (course / "answers.json").write_text('{"gone": [{"given": 3}], "sharing-count": "?"}')
    answers.keep(COUNT, 10000)
    kept = json.loads((course / "answers.json").read_text())
    assert kept["gone"] == [{"given": 3}]
    assert kept["sharing-count"][0] == "?"
    assert len(answers.answers()["sharing-count"]) == 1


def test_a_damaged_file_is_put_aside(course):
    for text in ("{", "[1]"):
        (course / "answers.json").write_text(text)
        answers.keep(COUNT, 10000)
    assert [path.read_text() for path in sorted(course.glob("answers-damaged-*"))] == ["{", "[1]"]


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inside: some.lists(inside, max_size=3) | some.dictionaries(some.text(), inside),
    max_leaves=5,
)
ATTEMPT = some.fixed_dictionaries(
    {},
    optional={
        "given": some.sampled_from([10000, 40000, "a", [0, 1]]) | JSON,
        "right": some.booleans() | JSON,
        "day": some.just("2026-01-05") | JSON,
        "why": JSON,
        "again": JSON,
    },
)
NAMES = [asked.name for each in lectures().values() for asked in each]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@tried_with(some.dictionaries(some.sampled_from(NAMES), some.lists(ATTEMPT, max_size=3) | JSON))
def test_whatever_stands_in_the_file_a_lecture_begins_and_nothing_is_lost(course, held):
    file = course / "answers.json"
    file.write_text(json.dumps(held))
    before = json.loads(file.read_text())
    for lecture in ("05-pooling", "09-contrast-normalization", "11-convolutional-network"):
        recall(lecture)
    for name in held:
        Question(name)
    answers.keep(COUNT, 10000)
    kept = json.loads(file.read_text())
    *earlier, last = kept.pop("sharing-count")
    assert last["given"] == 10000
    there = before.pop("sharing-count", [])
    assert repr(earlier) == repr(there if isinstance(there, list) else [there])  # NaN included
    assert repr(kept) == repr(before)


def test_where_nothing_can_be_written_the_lecture_goes_on(course, monkeypatch):
    def refuse(path, text):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("convkit.learning.records.replace_file", refuse)
    with pytest.warns(UserWarning, match="your answer could not be kept"):
        answers.keep(COUNT, 1)


def test_what_was_missed_is_asked_again_until_it_is_known_at_first(on):
    on(1, "sharing-count", 40000)
    on(1, "sharing-count", 10000)  # the second try of that day
    assert names("04-convolution") == ["sharing-count"]
    on(2, "sharing-count", 10000, again=True)
    on(3, "vision-inputs", 67500)
    assert "sharing-count" not in names("04-convolution")


def test_what_was_answered_two_and_four_lectures_ago_is_asked_again(on):
    right = {asked.name: asked.right for each in lectures().values() for asked in each}
    for name in ("vision-inputs", "local-channels", "sharing-count", "convolution-size"):
        on(1, name, right[name])
    assert names("05-pooling") == ["sharing-count", "vision-inputs"]
    assert names("01-computer-vision") == []


def test_nothing_is_asked_again_twice_on_one_day(on):
    on(1, "sharing-count", 40000, again=True)
    assert names("05-pooling") == []
    on(2, "vision-inputs", 1)
    assert names("05-pooling") == ["vision-inputs", "sharing-count"]


def test_what_is_answered_in_writing_is_not_asked_again(on):
    on(1, "sharing-own-bias", "no")
    assert names("05-pooling") == []


def test_it_never_asks_for_more_than_six(on):
    for each in lectures().values():
        for asked in each:
            on(1, asked.name, {CHOICE: "wrong", NUMBER: -1.5, PLACE: [9, 9]}.get(asked.kind, "x"))
    assert all(len(names(lecture)) <= 6 for lecture in lectures())
