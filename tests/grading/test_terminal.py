"""Is what comes from outside seen, and does it nothing, on whatever terminal there is?"""

import io
import os
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit import ReLU, check
from convkit.grading.terminal import columns, harmless, say

ODD = [
    "\x1b]0;owned\x07\x1b[31mred",
    "two\nlines\r\x85\u2028",
    "\u202egpj.exe\u2066",
    os.fsdecode(b"not utf-8: \xff"),
    "\u200b\u00ad\ufeff",
    "tab\tbell\x07",
]


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_printable_character_is_spelt_out(text):
    shown = harmless(text)
    assert shown.isprintable()
    assert shown.isascii()
    assert "\\" in shown


@pytest.mark.parametrize(
    "text", ["ann", "José", "李小龙", "-rf", "{0}", "=1+1", "<b>o'x</b>", ".."]
)
def test_a_name_that_does_nothing_is_left_alone(text):
    assert harmless(text) == text


@given(st.text(st.characters(codec=None)), st.integers(10, 50))
def test_any_text_is_one_printable_line_of_bounded_length(text, longest):
    shown = harmless(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest
    shown.encode()


def test_of_a_long_text_both_ends_are_seen():
    assert harmless("a" * 100 + "b" * 100, 12) == "aaaaaaa…bbbb"
    assert harmless("a" * 12, 12) == "a" * 12


def test_columns_are_those_of_a_terminal():
    assert columns("José") == columns(unicodedata.normalize("NFD", "José")) == 4
    assert columns("李小龙") == 6


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8", "utf-16"])
def test_any_terminal_prints_it(encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    say("✓ this – “that”\n✗ 李 \x1b[31m", stream)
    stream.seek(0)
    said = stream.read()
    first, second = said.splitlines()
    assert first[0] != second[0]
    assert "this" in first
    assert "\x1b" not in said


def test_a_report_is_printed_where_its_marks_cannot_be(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    check(ReLU)
    stream.seek(0)
    assert "+ ReLU" in stream.read()
