"""Whatever a kernel says becomes outputs that a notebook can hold and a file can be made of."""

import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from convkit.grading.running.outputs import Outputs

TEXT = st.text(max_size=20) | st.just("\ud800 half of a pair") | st.just("\x00\x1b[31m")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda entries: st.lists(entries, max_size=4) | st.dictionaries(TEXT, entries, max_size=4),
    max_leaves=15,
)
MIMES = st.sampled_from(["text/plain", "image/png", "application/json", "a+json", "xjson", ""])
CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | JSON,
        "text": JSON,
        "data": st.dictionaries(MIMES | TEXT, JSON, max_size=3) | JSON,
        "metadata": JSON,
        "traceback": st.lists(TEXT) | JSON,
        "ename": JSON,
        "evalue": JSON,
    },
)
KINDS = st.sampled_from(["stream", "display_data", "execute_result", "error", "clear_output", "x"])


@settings(suppress_health_check=[HealthCheck.too_slow])  # messages take a busy machine a second
@given(st.lists(st.tuples(KINDS, CONTENT), max_size=6), st.integers(0, 200))
def test_any_message_becomes_something_valid_that_fits(messages, room):
    outputs = Outputs(room)
    for kind, content in messages:
        outputs.add(kind, content)
    cell = new_code_cell("", outputs=outputs.kept)
    nbformat.validate(new_notebook(cells=[cell]))
    written = json.dumps(outputs.kept, ensure_ascii=False, allow_nan=False).encode()
    first_error, around = 30_000, 150
    assert len(written) < first_error + 2 * room + around * len(messages)


def text(outputs):
    return "".join(output.get("text", "") for output in outputs.kept)


def test_a_stream_is_cut_where_there_is_no_more_room():
    outputs = Outputs(1_010)
    for _ in range(3):
        outputs.add("stream", {"name": "stdout", "text": "äbcd"})
    assert text(outputs) == "äbcdäbcd"
    assert outputs.cut
    assert not outputs.wants("stream")
    assert outputs.wants("error")


def test_a_display_is_whole_or_not_there():
    outputs = Outputs(1_200)
    outputs.add("display_data", {"data": {"text/plain": "short"}})
    outputs.add("display_data", {"data": {"text/plain": "long" * 100}})
    assert [output.data["text/plain"] for output in outputs.kept] == ["short"]
    assert outputs.cut


@pytest.mark.parametrize(
    "messages",
    [
        [("display_data", {"data": {"text/plain": "1"}})],
        [("stream", {"name": name, "text": "x"}) for name in ("stdout", "stderr")],
    ],
    ids=["displays", "streams in turn"],
)
def test_many_small_outputs_are_too_many(messages):
    outputs = Outputs(100_000)
    for kind, content in messages * 5_000:
        if outputs.wants(kind):
            outputs.add(kind, content)
    assert outputs.cut
    assert 50 < len(outputs.kept) <= 101


def test_the_error_that_ended_a_flood_is_still_told_with_its_beginning_and_end():
    outputs = Outputs(10)
    outputs.add("stream", {"text": "x" * 100})
    lines = [f"line {n} of a deep recursion" for n in range(10_000)]
    outputs.add("error", {"ename": "RecursionError", "evalue": "too deep", "traceback": lines})
    error = outputs.kept[-1]
    assert outputs.error == error.ename == "RecursionError"
    assert error.traceback[0] == lines[0]
    assert error.traceback[-1] == lines[-1]
    assert "…" in error.traceback
    assert len("\n".join(error.traceback)) < 21_000
    outputs.add("error", {"ename": "Another"})
    assert outputs.kept[-1] is error


def test_a_short_traceback_is_left_as_it_is():
    outputs = Outputs(0)
    outputs.add("error", {"ename": "E", "evalue": "", "traceback": ["one", "two"]})
    assert outputs.kept[0].traceback == ["one", "two"]
