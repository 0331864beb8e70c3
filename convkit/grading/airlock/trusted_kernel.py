"""The trusted kernel's side: beside the test cells it lends proxies and takes verdicts.

The kernel never sees a student's code. Before the first cell it is told to `begin`; after each
cell it reports, under a media type of its own, what the cell is worth. Nothing a student says can
take that form: across the airlock come data, and data shown in a cell is shown as text.
"""

from __future__ import annotations

import functools
import json
import math
import traceback
from pathlib import Path
from typing import Any

from IPython import get_ipython
from IPython.display import publish_display_data

import convkit.mine
from convkit.checks import CheckFailed, LearnerError, Report
from convkit.grading.airlock.airlock import Airlock
from convkit.grading.airlock.supervisor import Loss
from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox
from convkit.learning.own_layers import Badge, settle

VERDICT = "application/vnd.convkit.verdict+json"


def begin(job_file: str) -> None:
    """Start the worker, bind the names of the assignment to proxies, and watch the cells."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    place = job["sandbox"]
    sandbox = Sandbox(
        Path(place["scratch"]),
        readable=tuple(map(Path, place["readable"])),
        hidden=tuple(map(Path, place["hidden"])),
        files=Path(place["files"]),
        limits=Limits(**place["limits"]),
    )
    airlock = Airlock(
        job["sources"],
        job["names"],
        sandbox,
        times=Times(**job["times"]),
        reference=job["reference"],
    )
    convkit.mine.lend(airlock.lent)
    settle(Badge(**badge) for badge in job["own"])
    shell = get_ipython()

    def prepare(info: Any) -> None:
        airlock.next_test()
        shell.user_ns.update(airlock.lent)

    prepare(None)
    shell.events.register("pre_run_cell", prepare)
    shell.events.register("post_run_cell", functools.partial(_report, airlock))


def _report(airlock: Airlock, result: Any) -> None:
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, NameError) and error.name is not None:
        error = airlock.not_lent.get(error.name, error)
    verdict = judge(error, result.result, lost=airlock.lost)
    publish_display_data({VERDICT: verdict})


def judge(error: BaseException | None, value: Any, *, lost: Loss | None = None) -> dict[str, Any]:
    """What a cell is worth.

    Args:
        error: what it raised, if anything.
        value: of its last expression.
        lost: why the student's code no longer answered it, if so.

    Returns:
        ``share`` of its points in [0, 1], or ``points``, where it says so itself; and, after a
        failure, ``failure`` in words, ``learner`` (whether the student's code raised it), and the
        ``findings`` of a check, which tell nothing of its cases. A test that did not come to its
        end says by ``lost`` why: "timed out", "out of memory", "crashed" or "tampered".
    """
    if isinstance(error, KeyboardInterrupt):  # the test's own time is up
        lost = lost or "timed out"
    return _worth(error, value) | ({"lost": lost} if lost else {})


def _worth(error: BaseException | None, value: Any) -> dict[str, Any]:
    if error is None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"points": float(value) if math.isfinite(value) else 0.0}
        return {"share": 1.0}
    failed: dict[str, Any] = {
        "share": 0.0,
        "failure": f"{type(error).__name__}: {error}",
        "learner": False,
        "findings": [],
    }
    if isinstance(error, CheckFailed):
        share = min(1.0, max(0.0, float(error.report.score)))
        failed |= {"share": share, "findings": _findings(error.report)}
    elif isinstance(error, LearnerError):
        where = f"\n  line {error.line_number}: {error.line}" if error.line_number else ""
        failed |= {"failure": f"{error.type_name}: {error.message}{where}", "learner": True}
    else:
        failed["failure"] += _place(error)
    return failed


def _place(error: BaseException) -> str:
    """The line of the cell itself that failed."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename:
            return f"\n  line {frame.lineno}: {frame.line}"
    return ""


def _findings(report: Report) -> list[dict[str, str]]:
    """Which properties fail, and the mistakes they look like."""
    findings = []
    for result in report.results:
        if result.evidence is None:
            continue
        finding = {"property": f"{result.name}: {result.sentence}"}
        if result.evidence.candidates:
            likely = result.evidence.candidates[0]
            finding |= {
                "misconception": likely.id,
                "why": f"{likely.title}. {likely.sentence}",
                "hint": likely.hint,
            }
        findings.append(finding)
    return findings
