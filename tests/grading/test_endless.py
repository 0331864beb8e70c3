"""What never ends costs the tests that need it, and what is only slow costs nothing."""

import pytest

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.running.grade import grade
from convkit.grading.running.job import Job
from convkit.grading.sandbox.bubblewrap import Limits
from tests.grading.course import ROOT, changed

pytestmark = pytest.mark.course

NAME = "02-convolution"
SLOW = (
    "import builtins, time\nhasattr(builtins, 'slow') or setattr(builtins, 'slow', time.sleep(6))\n"
)
SLOW_TO_LOAD = SLOW + "def correlate2d"
SLOW_ONCE = SLOW.replace("slow", "called").replace("\n", "\n    ") + "h, w = k.shape"
SUBMISSIONS = {
    # the cell, what in it becomes what, the seconds of a call, and the points of 96
    "backward": ("conv2d", {"grad_weight = np.zeros": "while True: pass\n        np."}, 1, 64),
    "correlate2d": ("correlate2d", {"h, w = k.shape": "while True: pass"}, 1, 68),
    "slow": ("correlate2d", {"def correlate2d": SLOW_TO_LOAD, "h, w = k.shape": SLOW_ONCE}, 20, 96),
}


@pytest.mark.parametrize(
    "submission",
    ["correlate2d", *(pytest.param(s, marks=pytest.mark.exhaustive) for s in ("backward", "slow"))],
)
def test_only_what_does_not_end_costs_points(submission, tmp_path):
    cell, changes, seconds, due = SUBMISSIONS[submission]
    source = nb.read_source(ROOT / "solutions" / NAME, NAME)
    notebook = source
    for before, after in changes.items():
        notebook = changed(notebook, cell, before, after)
    outcome = grade(
        notebook,
        source,
        Job(
            assignment=NAME,
            source=ROOT / "solutions" / NAME,
            course=ROOT,
            files=tmp_path,
            limits=Limits(),
            times=Times(cell=20, call=seconds),
        ),
    )
    tests = filter(nb.is_test, notebook.cells)
    assert sum(float(test.outputs[-1].data["text/plain"]) for test in tests) == due
    assert outcome.status == ("graded" if due == 96 else "timed out")
