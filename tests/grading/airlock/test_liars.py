"""A worker that says whatever it likes is told from one that answers, and reaches nothing."""

import json
import os
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convkit.checks import LearnerError
from convkit.grading.airlock import wire
from convkit.grading.airlock.airlock import Airlock
from convkit.grading.airlock.proxies import RemoteObject
from convkit.grading.airlock.times import Times

QUESTION = 2  # the first was to load f
PLAIN = (type(None), bool, int, float, str, np.ndarray, np.generic, RemoteObject)


class Liar:
    """Stands for a sandbox, and for the process in it, that says these bytes, and ends."""

    def __init__(self, said: bytes) -> None:
        self.asked, to = os.pipe()
        from_, says = os.pipe()
        os.write(says, said)
        os.close(says)
        self.process = SimpleNamespace(stdin=os.fdopen(to, "wb"), stdout=os.fdopen(from_, "rb"))

    def start(self, program, **streams):
        return self

    def ending(self):
        return "crashed", "it ended"

    def cpu_seconds(self):
        return 0.0

    def kill(self):
        os.close(self.asked)
        self.process.stdin.close()
        self.process.stdout.close()


def asked(said, *arguments):
    """What an airlock makes of the answer ``said``, and why the test is lost by it, if it is."""
    loaded = frame({"dict": {"question": 1, "changed": {"dict": {}}, "value": "function"}})
    liar = Liar(frame(None) + loaded + said)
    airlock = Airlock([("f", "")], ["f"], liar, times=Times(call=1.0))
    try:
        return airlock.lent["f"](*arguments), airlock.lost
    except LearnerError as error:
        return error, airlock.lost
    finally:
        airlock.close()


def frame(structure, payload=b""):
    header = json.dumps(structure).encode()
    return wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload


def reply(**parts):
    return frame({"dict": {"question": QUESTION, "changed": {"dict": {}}} | parts})


def is_plain(value):
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(entry) for key, entry in value.items())
    return isinstance(value, PLAIN) and getattr(value, "dtype", np.dtype(int)).kind != "O"


def test_the_truth_is_believed():
    assert asked(reply(value=3)) == (3, None)
    failure, lost = asked(reply(error={"dict": {"type_name": "ValueError", "message": "no"}}))
    assert (failure.type_name, failure.message, lost) == ("ValueError", "no", None)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_frame_lose_the_test(said):
    failure, lost = asked(said)
    assert isinstance(failure, LearnerError)
    assert lost in ("crashed", "tampered")


@given(st.binary(max_size=200), st.binary(max_size=100), st.integers(-3, 3), st.integers(-3, 3))
def test_a_frame_of_nonsense_loses_the_test(header, payload, more, less):
    lengths = (max(0, len(header) + more), max(0, len(payload) + less))
    failure, lost = asked(wire.PREFIX.pack(wire.MAGIC, *lengths) + header + payload)
    assert isinstance(failure, LearnerError)
    assert lost in ("crashed", "tampered")


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda nodes: (
        st.fixed_dictionaries({"list": st.lists(nodes, max_size=3)})
        | st.fixed_dictionaries({"tuple": st.lists(nodes, max_size=3)})
        | st.fixed_dictionaries({"dict": st.dictionaries(st.text(max_size=4), nodes, max_size=3)})
        | st.fixed_dictionaries(
            {
                "object": st.dictionaries(
                    st.sampled_from(["number", "class", "layer", "name", "seed"]),
                    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | nodes,
                )
            }
        )
        | st.fixed_dictionaries(
            {
                "array": st.tuples(
                    st.sampled_from(["<f8", "<i4", "|O", "|b1", ">f8"]),
                    st.lists(st.integers(-1, 4), max_size=3),
                    st.booleans(),
                )
            }
        )
        | st.dictionaries(st.sampled_from(["array", "scalar", "list", "x"]), nodes, max_size=2)
    ),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(
    st.dictionaries(st.sampled_from(["value", "error", "changed", "question"]), NODES, max_size=4),
    st.booleans(),
    st.binary(max_size=64),
)
def test_a_lying_reply_is_data_or_a_failure_and_changes_nothing(parts, wrapped, payload):
    x = np.arange(3.0)
    honest = {"question": QUESTION, "changed": {"dict": {}}} if wrapped else {}
    value, lost = asked(frame({"dict": honest | parts}, payload), x)
    assert isinstance(value, LearnerError) or is_plain(value)
    assert lost in (None, "tampered", "crashed", "out of memory")
    np.testing.assert_array_equal(x, np.arange(3.0))


@pytest.mark.parametrize(
    "changed",
    [
        {"1": {"array": ["<f8", [3], True]}},
        {"0": {"array": ["<f8", [1, 3], True]}},
        {"0": {"array": ["<i8", [3], True]}},
        {"9" * 5000: {"array": ["<f8", [3], True]}},
        {"": {"array": ["<f8", [3], True]}},
        {"0": 5},
    ],
)
def test_changes_of_what_was_never_handed_over_are_a_lie(changed):
    x = np.ones(3)
    said = {"question": QUESTION, "value": None, "changed": {"dict": changed}}
    payload = bytes(24) if "array" in str(changed) else b""
    failure, lost = asked(frame({"dict": said}, payload), x)
    assert isinstance(failure, LearnerError)
    assert lost == "tampered"
    np.testing.assert_array_equal(x, np.ones(3))


def test_what_may_only_be_read_is_not_changed():
    x = np.ones(3)
    x.flags.writeable = False
    said = {
        "question": QUESTION,
        "value": None,
        "changed": {"dict": {"0": {"array": ["<f8", [3], True]}}},
    }
    assert asked(frame({"dict": said}, bytes(24)), x)[1] == "tampered"
    np.testing.assert_array_equal(x, np.ones(3))


@pytest.mark.parametrize("question", [0, 1, 3, None, True, "2", 2.0])
def test_an_answer_to_another_question_is_none(question):
    said = {"dict": {"question": question, "value": 1, "changed": {"dict": {}}}}
    assert asked(frame(said))[1] == "tampered"


def test_a_promise_of_much_takes_no_memory():
    """Is memory taken as bytes come, and none for what is over the cap?"""
    much = wire.PREFIX.pack(wire.MAGIC, wire.HEADER_CAP, wire.PAYLOAD_CAP)
    assert asked(much + b"{")[1] == "crashed"
    too_much = wire.PREFIX.pack(wire.MAGIC, wire.HEADER_CAP + 1, 0)
    assert asked(too_much + b"{")[1] == "tampered"


def test_a_long_failure_is_told_shortly():
    words = {"type_name": "T" * 10_000, "message": "m" * 10_000, "line": "l" * 10_000}
    failure, _ = asked(reply(error={"dict": words | {"line_number": 10**30}}))
    assert max(map(len, (failure.type_name, failure.message, failure.line))) <= 4000
