"""A question: what the browser gets of it, and what becomes of an answer."""

import numpy as np
import pytest

from convkit.learning import answers
from convkit.widgets import ConvolutionByHand, Question, ask, recall


def test_the_browser_has_the_replies_as_harmless_html(course):
    shown = Question("sharing-drag").compute()
    assert shown["kind"] == "choice"
    assert "<code>f(x)</code>" in shown["ask"]
    assert {text for text, _ in shown["options"]} == {
        shown["right"],
        *(given for given, _ in shown["wrong"]),
    }


def test_where_the_right_option_stands_does_not_tell(course):
    from convkit.learning.questions import CHOICE, lectures

    asked = [each for lecture in lectures().values() for each in lecture if each.kind == CHOICE]
    options = [Question(each.name).compute()["options"] for each in asked]
    places = [
        [text for text, _ in shown].index(each.right)
        for each, shown in zip(asked, options, strict=True)
    ]
    assert np.bincount(places).max() < 0.6 * len(places)


def test_an_answer_of_the_browser_is_kept(course):
    widget = Question("sharing-count")
    widget.set_state({"given": {"given": 40000, "why": "", "number": 1}})
    (attempt,) = answers.answers()["sharing-count"]
    assert (attempt["given"], attempt["right"]) == (40000, False)


def test_what_was_answered_before_is_shown_unless_it_is_asked_again(course):
    Question("sharing-count").set_state({"given": {"given": 7, "number": 1}})
    assert Question("sharing-count").given["given"] == 7
    assert Question("sharing-count", again=True).given == {}


def test_it_unlocks_a_picture_or_the_next_question(course):
    picture = ConvolutionByHand()
    widget = Question("convolution-next", then=picture)
    assert widget.compute()["unlocks"]
    assert widget.get_state()["then"] == f"IPY_MODEL_{picture.model_id}"
    chain = ask("sharing-count", "sharing-turned")
    assert not chain.compute()["unlocks"]
    assert chain.then.asked.name == "sharing-turned"


def test_a_reader_without_a_kernel_gets_the_question_as_text_or_its_picture(course):
    bundle, _ = Question("sharing-count")._repr_mimebundle_()
    assert "How many weights has it now?" in bundle["text/plain"]
    assert "image/png" in bundle
    bundle, _ = Question("convolution-next", then=ConvolutionByHand())._repr_mimebundle_()
    assert bundle["text/plain"].startswith("ConvolutionByHand: open")


@pytest.mark.parametrize("missed", [[], ["vision-inputs"], ["vision-inputs", "local-channels"]])
def test_recall_asks_what_is_due_or_says_that_nothing_is(course, missed):
    for name in missed:
        Question(name).set_state({"given": {"given": 1, "number": 1}})
    again = recall("03-parameter-sharing")
    found = []
    while isinstance(again, Question):
        found.append(again.asked.name)
        again = again.then
    assert found == missed
    if not missed:
        assert "Nothing to repeat" in repr(again)
