"""Do both sides of the comparison do the same work, and does it print its table?"""

import os
import sys
from functools import partial

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import assignments, checks, layers, many, threads
from benchmarks.cases import CASES
from benchmarks.measure import Pair, peak_memory, times
from tests.layers.oracle import assert_close


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.name}")
def test_both_compute_the_same(case):
    ours, theirs = case.convkit(), case.pytorch()
    for _ in range(2):  # the second step is from weights that the first one moved
        for our_array, their_array in zip(ours(), theirs(), strict=True):
            assert_close(np.float32(our_array), their_array, rtol=1e-3)


def test_times_are_those_of_each_in_turns():
    calls = []
    pair = times(lambda: calls.append("ours"), lambda: calls.append("theirs"), rounds=2)
    assert calls == (["ours"] * 4 + ["theirs"] * 4) * 2
    assert 0 < pair.convkit < 1
    assert 0 < pair.pytorch < 1


def allocate(megabytes: int):
    return partial(np.ones, megabytes * 2**20 // 8)


def test_peak_memory_is_what_was_added():
    grown = peak_memory(partial(allocate, 200), partial(allocate, 80))
    assert 75 < grown < 90


def test_prints_a_table(monkeypatch, capsys):
    monkeypatch.setattr(layers, "CASES", CASES[:1] * 6)
    monkeypatch.setattr(layers, "_memory", lambda case: Pair(30.0, 20.0))
    monkeypatch.setattr(layers, "_import_time", lambda rounds: 12.0)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "layers", "--rounds", "1"])
    monkeypatch.setattr(os, "getloadavg", lambda: (1.0, 5.0, 5.0))
    command.main()
    lines = capsys.readouterr().out.splitlines()
    assert "cores; Python" in lines[0]
    assert "with OpenBLAS for " in lines[0]
    assert "## Layers" in lines
    assert lines.count("| | convkit | PyTorch | ratio | two threads | sgemm |") == 1
    rows = [line for line in lines if line.startswith("| convolution: (64, 1, 28, 28) → 16 of 5×5")]
    assert len(rows) == 6
    assert all(row.endswith("% |") for row in rows)
    assert lines[-3].endswith("| 30.0 | 20.0 | 1.50 |")
    assert "with one thread, convolution: **" in "".join(lines)
    assert lines[-1] == "`import convkit` takes 12 ms beyond `import numpy`."


def test_prints_nothing_while_the_machine_is_busy(monkeypatch, capsys):
    monkeypatch.setattr(os, "getloadavg", lambda: (1.1, 0.0, 0.0))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "layers"])
    with pytest.raises(SystemExit, match=r"The load average is 1\.1"):
        command.main()
    assert capsys.readouterr().out == ""


def test_says_where_the_machine_was_busy_all_the_same(monkeypatch, capsys):
    monkeypatch.setattr(os, "getloadavg", lambda: (1.1, 0.0, 0.0))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "layers", "--busy"])
    monkeypatch.setitem(command.PARTS, "layers", lambda rounds: print("| a table |"))
    command.main()
    *_, warning, _, table = capsys.readouterr().out.splitlines()
    assert warning == "**Not to be quoted: the load average was 1.1 when this began.**"
    assert table == "| a table |"


def test_measures_training_on_busy_cores(monkeypatch, capsys):
    monkeypatch.setattr(threads, "CASES", [case for case in CASES if "8×8" in case.name])
    threads.measure(rounds=1)
    as_it_is, busy = capsys.readouterr().out.splitlines()[-2:]
    assert as_it_is.startswith("| capstone network, 64 images of 8×8 | as it is | ")
    assert busy.startswith("| capstone network, 64 images of 8×8 | busy | ")


def test_measures_the_checks(monkeypatch, capsys):
    variants = checks.right_variants("ReLU")[:2]
    monkeypatch.setattr(checks, "right_variants", lambda name="ReLU": variants)
    checks.measure(rounds=1)
    output = capsys.readouterr().out
    assert "ratio **" in output
    assert output.splitlines()[-1].startswith("| `ReLU` | ")


@pytest.mark.course
def test_runs_and_grades_a_solution(monkeypatch, capsys):
    monkeypatch.setattr(assignments, "NAMES", ["00-warmup"])
    assignments.measure(rounds=1)
    name, cells, run, graded = capsys.readouterr().out.splitlines()[-1].strip("| ").split(" | ")
    assert name == "00-warmup"
    assert int(cells) > 20
    assert 0 < float(run) < 60
    assert 0 < float(graded) < 60


@pytest.mark.exhaustive
@pytest.mark.course
def test_simulates_a_class_on_a_cluster(monkeypatch, capsys):
    monkeypatch.setattr(many, "_SIMULATED", 4)
    monkeypatch.setattr(many, "_SEEN_AT", (2, 4))
    many.simulate()
    said = capsys.readouterr().out
    assert "| 4 | " in said
    assert "Of 4 there are 4 in the gradebook, 4 of them with all points." in said


def test_an_unknown_part_is_named(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit):
        command.main()
    assert (
        "expected some of layers, threads, checks, assignments, grading, widgets, many, got speed"
        in capsys.readouterr().err
    )
