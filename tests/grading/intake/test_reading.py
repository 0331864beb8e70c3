"""A notebook is read from whatever bytes come, or it is said why it cannot be."""

import contextlib
import json
import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.grading.intake import contents
from convkit.grading.intake.contents import UnreadableError
from convkit.grading.intake.reading import read_notebook
from tests.grading.course import mini_source

SOURCES = [cell.source for cell in mini_source().cells]
TEXT = nbformat.writes(mini_source())


def sources(data):
    return [cell.source for cell in read_notebook(data).notebook.cells]


def test_a_sound_file_is_read_without_a_word():
    read = read_notebook(TEXT.encode())
    assert [cell.source for cell in read.notebook.cells] == SOURCES
    assert (read.notes, read.damage) == ((), "")


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8-sig", "It began with a byte-order mark."),
        ("utf-16", "It was written in UTF-16, not in UTF-8."),
        ("utf-16-le", "It was written in UTF-16-LE, not in UTF-8."),
        ("utf-32", "It was written in UTF-32, not in UTF-8."),
        ("latin-1", "It was written in Latin-1 or Windows-1252, not in UTF-8."),
    ],
)
def test_any_encoding_gives_the_same_text(encoding, note):
    text = json.dumps({"cells": [{"cell_type": "markdown", "source": "naïve"}]}, ensure_ascii=False)
    read = read_notebook(text.encode(encoding))
    assert read.notebook.cells[0].source == "naïve"
    assert read.notes == (note,)


def test_one_bad_byte_does_not_make_it_another_encoding():
    text = json.dumps({"cells": [{"cell_type": "raw", "source": "naïve ×"}]}, ensure_ascii=False)
    read = read_notebook(text.encode().replace("×".encode(), b"\xff"))
    assert read.notebook.cells[0].source == "naïve \ufffd"
    assert read.notes == ("1 character of it could not be read.",)


@pytest.mark.parametrize("version", [3, 4])
def test_older_formats_are_read(version):
    old = nbformat.convert(mini_source(), version)
    assert sources(json.dumps(old).encode()) == SOURCES


def test_newer_formats_and_unknown_parts_are_read():
    new = json.loads(TEXT) | {"nbformat": 5, "nbformat_minor": 99, "more": [1]}
    for cell in new["cells"]:
        cell["future"] = {"x": None}
    assert sources(json.dumps(new).encode()) == SOURCES


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_of_a_file_that_is_cut_off_the_whole_cells_are_read(share):
    read = read_notebook(TEXT[: int(len(TEXT) * share)].encode())
    found = [cell.source for cell in read.notebook.cells]
    assert 0 < len(found) < len(SOURCES)
    assert found == SOURCES[: len(found)]
    assert read.damage.startswith("is cut off")


def test_of_a_damaged_file_the_cells_on_both_sides_are_read():
    at = TEXT.index("return 2 * x")
    read = read_notebook((TEXT[:at] + '"' + TEXT[at:]).encode())
    assert [cell.source for cell in read.notebook.cells] == SOURCES[:2] + SOURCES[3:]
    assert read.damage.startswith("is damaged")
    assert "9 whole cells" in read.damage


def test_what_stands_behind_the_end_is_left_out():
    read = read_notebook((TEXT + TEXT).encode())
    assert len(read.notebook.cells) == len(SOURCES)
    assert read.notes == ("Something stood behind its end, and was left out.",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (
            b"\0" * 5000,
            "holds nothing but zeros and blanks, as a file does that the cloud has not sent yet: "
            "open it where it comes from, and hand it in again",
        ),
        (b"PK\x03\x04...", "is a ZIP archive (or an Office document), not a notebook"),
        (b"%PDF-1.7", "is a PDF, not a notebook"),
        (b"<!DOCTYPE html><p>404", "is a web page, not a notebook"),
        (b"print(1)", "is damaged, or not a notebook at all: expecting value in line 1"),
        (b"[]", "is JSON, but not a notebook: it has no list of cells"),
        (b'{"cells": {}}', "is JSON, but not a notebook: it has no list of cells"),
        (b'{"cells": [ 1, }', "is damaged, and no cell of it is whole: expecting value in line 1"),
        (b"[" * 100_000, "is nested too deeply to be a notebook"),
        (
            b"[" * 1_000_001,
            "is too large: even without outputs it has more than 64 MB or 1,000,000 brackets",
        ),
        (
            b'{"cells": [\n<<<<<<< HEAD\n{"cell_type": "raw", "source": ""}',
            "holds the marks of an unresolved git merge, in line 2",
        ),
        (b'{"cells": [' + b"{}," * 4000 + b"{}]}", None),
        (
            b'{"cells": [' + b'{"source": ""},' * 6000 + b"{}]}",
            "is too large: 6001 cells, where 5000 with 8 MB of text are read",
        ),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    if reason is None:
        assert read_notebook(data).notebook.cells == []
        return
    with pytest.raises(UnreadableError) as raised:
        read_notebook(data)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    "piece",
    [
        '{"cell_type":',
        '{"cell_type":[{},',
        '{"cell_type": "',
        '{"cell_type": 1},',
        "{",
        '[[[[[[{"outputs":[',
        '[[[[[["outputs":[],',
        '[[[[[["outputs":["\\"',
        '[[[[[["\\"',
    ],
)
def test_no_damage_takes_long(piece):
    started = time.monotonic()
    with contextlib.suppress(UnreadableError):
        read_notebook(('{"cells": [' + piece * 200_000).encode())
    assert time.monotonic() - started < 20


ARRAYS = "[[0. 1.]\n [2. 3.]]\n" * 300_000
OUTPUTS = {
    "printed arrays": {"output_type": "stream", "name": "stdout", "text": ARRAYS},
    "lines of them": {"output_type": "stream", "text": ARRAYS.splitlines(keepends=True)},
    "a picture of data": {
        "output_type": "display_data",
        "data": {"application/vnd.plotly.v1+json": {"data": [[[0], {"x": []}]] * 400_000}},
    },
}


def with_outputs(output):
    notebook = json.loads(TEXT)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [output]
            break
    return notebook


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_outputs_cost_nothing_whatever_they_are(output, encoding):
    read = read_notebook(json.dumps(with_outputs(output)).encode(encoding))
    assert [cell.source for cell in read.notebook.cells] == SOURCES
    assert read.damage == ""


def test_outputs_cost_nothing_however_large_they_are(monkeypatch):
    monkeypatch.setattr(contents, "_BYTES_CAP", 1 << 20)
    notebook = with_outputs(OUTPUTS["printed arrays"])
    notebook["metadata"]["widgets"] = {"state": {str(n): {"x": [n]} for n in range(50_000)}}
    assert sources(json.dumps(notebook).encode()) == SOURCES
    assert sources(json.dumps(notebook).encode()[:-50]) == SOURCES


def test_neither_does_text_that_is_written_like_outputs(monkeypatch):
    monkeypatch.setattr(contents, "_BYTES_CAP", 10_000)
    notebook = with_outputs({"text": "x" * 20_000 + '\\" "outputs": [{'})
    notebook["cells"][0]["source"] = '"outputs": [ \\'
    assert sources(json.dumps(notebook).encode()) == [notebook["cells"][0]["source"], *SOURCES[1:]]


def test_text_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(contents, "_BYTES_CAP", 2 << 20)
    with pytest.raises(UnreadableError, match="even without outputs it has more than 2 MB"):
        read_notebook(b"x" * (3 << 20))


STAND_INS = {
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
    "a pointer of git-annex": b"/annex/objects/SHA256E-s31390--f50d7ac4c6b9.ipynb\n",
    "a placeholder of iCloud": b"bplist00\xd4\x01\x02_\x10\x13NSURLFileSizeKey\x00",
    "a shortcut to Google Drive": b'{"":"WARNING! DO NOT EDIT THIS FILE!","doc_id":"1"}',
    "a shortcut of Windows": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0",
    "a shortcut to a web page": b"[InternetShortcut]\r\nURL=https://colab.google.com/x\r\n",
}


@pytest.mark.parametrize("kind", STAND_INS)
def test_what_stands_in_place_of_a_notebook_says_what_it_is_and_what_to_do(kind):
    with pytest.raises(
        UnreadableError, match=rf"^is {kind}, not the notebook: .*, and hand that in"
    ):
        read_notebook(STAND_INS[kind])


WRONG = [None, True, 7, -1e400, "text", "\ud800\0", [], [1, "x"], {}, {"x": []}, ["a", ["b"]]]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize(
    "part", ["cell_type", "source", "id", "metadata", "outputs", "attachments", "tags", "nbgrader"]
)
def test_wrong_types_anywhere_cost_no_more_than_the_cell(part, wrong):
    notebook = json.loads(TEXT)
    for cell in notebook["cells"][::2]:
        (cell["metadata"] if part in ("tags", "nbgrader") else cell)[part] = wrong
    read = read_notebook(json.dumps(notebook).encode())
    nbformat.validate(read.notebook)
    nbformat.writes(read.notebook).encode()
    assert [c.source for c in read.notebook.cells if c.source in SOURCES[1::2]] == SOURCES[1::2]


def test_of_metadata_only_what_is_used_is_kept():
    cell = {
        "cell_type": "markdown",
        "source": "x",
        "id": "x",
        "metadata": {
            "tags": ["a", "a", "b,c", 1],
            "nbgrader": {"grade_id": "x\ud800", "points": [1], "locked": True},
        },
        "attachments": {"p": {"image/png": "AAAA", "text/html": "<b>"}, "q": {"image/png": "<"}},
    }
    (kept,) = read_notebook(json.dumps({"cells": [cell]}).encode()).notebook.cells
    assert kept.metadata == {"tags": ["a"], "nbgrader": {"grade_id": "x\ufffd", "locked": True}}
    assert kept.attachments == {"p": {"image/png": "AAAA"}}


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_no_corruption_does_more_than_say_why(data):
    """Bytes cut out, put in and changed anywhere, and several files mixed."""
    changed = bytearray(TEXT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.sampled_from([0, 1, 2, 50, 1000]))
        changed[begin : begin + length] = data.draw(
            st.binary(max_size=4)
            | st.sampled_from([b'"', b"\\", b"{", b"[", b"\xff\xfe", b"\\ud800"])
        )
    with contextlib.suppress(UnreadableError):
        read = read_notebook(bytes(changed))
        nbformat.validate(read.notebook)
        nbformat.writes(read.notebook).encode()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "cells",
                        "worksheets",
                        "source",
                        "input",
                        "cell_type",
                        "metadata",
                        "id",
                        "nbgrader",
                        "tags",
                        "attachments",
                        "x.png",
                        "image/png",
                    ]
                ),
                inner,
            )
        ),
    )
)
@settings(max_examples=100, deadline=None)
def test_no_json_does_more_than_say_why(value):
    with contextlib.suppress(UnreadableError):
        nbformat.validate(read_notebook(json.dumps(value).encode()).notebook)
