"""What a test cell is worth, and what of it is shown."""

import hashlib

import numpy as np
import pytest
from nbformat.v4 import new_output

from convkit.checks import CheckFailed, LearnerError, Report
from convkit.checks.judging.properties import FAILS, HOLDS
from convkit.checks.saying.evidence import Evidence, PropertyResult
from convkit.grading import hidden_cases, hidden_rng
from convkit.grading.airlock.trusted_kernel import VERDICT, judge
from convkit.grading.hidden_seed import SEED_FILE
from convkit.grading.running.kernels import CellRun
from convkit.grading.running.tests import kept_outputs

SECRET = "hidden-canary-7919"


def report(*statuses):
    evidence = Evidence(None, SECRET)
    return Report(
        "Conv2d",
        [
            PropertyResult(
                f"p{i}",
                "It holds.",
                "forward",
                s,
                float(s != FAILS),
                True,
                "",
                evidence if s == FAILS else None,
            )
            for i, s in enumerate(statuses)
        ],
    )


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, {"share": 1.0}),
        ("5", {"share": 1.0}),
        (True, {"share": 1.0}),
        (np.ones(2), {"share": 1.0}),
        (0.5, {"points": 0.5}),
        (2, {"points": 2.0}),
        (np.float64(1.5), {"points": 1.5}),
        (-3.0, {"points": -3.0}),
        (float("nan"), {"points": 0.0}),
        (float("inf"), {"points": 0.0}),
    ],
)
def test_a_cell_that_ends_well(value, verdict):
    assert judge(None, value) == verdict


def test_a_failed_check_earns_the_share_of_what_holds():
    verdict = judge(CheckFailed(report(HOLDS, HOLDS, HOLDS, FAILS)), None)
    assert verdict["share"] == 0.75
    assert verdict["findings"] == [{"property": "p3: It holds."}]


@pytest.mark.parametrize(
    "error", [AssertionError("x"), SystemExit(0), KeyboardInterrupt(), LearnerError("E", "m")]
)
def test_anything_else_earns_nothing(error):
    assert judge(error, 5.0)["share"] == 0.0


def run(verdict, *outputs):
    last = [new_output("display_data", {VERDICT: verdict})] if verdict else []
    return CellRun("ok", [*outputs, *last])


def shown(outputs):
    return "".join(str(output) for output in outputs)


@pytest.mark.parametrize(
    ("verdict", "points"),
    [
        ({"share": 1.0}, 2.0),
        ({"share": 0.25}, 0.5),
        ({"points": 1.5}, 1.5),
        ({"points": 99.0}, 2.0),
        ({"points": -1.0}, 0.0),
        ({}, 0.0),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_the_points_stand_last_and_are_never_outside_their_range(verdict, points, hidden):
    outputs = kept_outputs(run(verdict), 2.0, hidden=hidden)
    assert outputs[-1].output_type == "execute_result"
    assert float(outputs[-1].data["text/plain"]) == points


def test_of_a_hidden_test_nothing_is_shown_but_property_and_mistake():
    failed = judge(CheckFailed(report(FAILS, HOLDS)), None)
    crashed = judge(LearnerError(SECRET, SECRET, 1, SECRET), None)
    wrong = judge(AssertionError(SECRET), None)
    noise = (
        new_output("stream", name="stderr", text=SECRET),
        new_output("display_data", {"text/html": SECRET}),
        new_output("execute_result", {"text/plain": SECRET}),
        new_output("error", ename=SECRET, evalue=SECRET, traceback=[SECRET]),
    )
    for verdict in (failed, crashed, wrong, {}):
        assert SECRET not in shown(kept_outputs(run(verdict, *noise), 1.0, hidden=True))
    assert "p0: It holds." in shown(kept_outputs(run(failed), 1.0, hidden=True))


def test_of_a_visible_test_all_is_shown_and_nothing_looks_like_a_failure_to_nbgrader():
    noise = (
        new_output("stream", name="stderr", text="a warning"),
        new_output("display_data", {"text/html": "a report"}),
        new_output("execute_result", {"text/plain": "1.0"}),
        new_output("error", ename="E", evalue="e", traceback=["t"]),
    )
    crashed = judge(LearnerError("ValueError", "too small", 3, "return x"), None)
    outputs = kept_outputs(run(crashed, *noise), 2.0, hidden=False)
    assert [output.output_type for output in outputs].count("execute_result") == 1
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert not [output for output in outputs if output.output_type == "error"]
    for words in ("a warning", "a report", "ValueError: too small", "line 3: return x"):
        assert words in shown(outputs)


def test_hidden_cases_and_numbers_are_drawn_by_the_courses_own_secret(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "solutions").mkdir()
    monkeypatch.chdir(tmp_path / "solutions")

    def drawn():
        cases = hidden_cases("Conv2d")
        assert all(case.hidden for case in cases)
        numbers = [case.x.tobytes() for case in cases] + [hidden_rng().bytes(8)]
        return tuple(hashlib.sha256(number).hexdigest() for number in numbers)

    public = drawn()
    assert drawn() == public
    (tmp_path / SEED_FILE).write_text("only we know\n")
    secret = drawn()
    assert set(secret).isdisjoint(public)
    assert drawn() == secret
    (tmp_path / SEED_FILE).write_text("\n")
    with pytest.raises(ValueError, match=SEED_FILE):
        hidden_cases("Conv2d")
