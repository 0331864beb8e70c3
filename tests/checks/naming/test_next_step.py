"""What is said first is the learner's next step."""

import pytest

from convkit.checks.checking import examine
from tests.checks.naming.test_true_names import learner

CORRELATION = """
def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    {modes}
    y = np.zeros(({size}){dtype})
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(x[i : i + h, j : j + w] {times} k)
    return y
"""
MODES = """if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))"""
FULL_SIZE = "x.shape[0] - h + 1, x.shape[1] - w + 1"


@pytest.mark.parametrize("modes", ["", MODES])
@pytest.mark.parametrize("dtype", ["", ", x.dtype"])
@pytest.mark.parametrize(
    ("size", "times", "property_", "name"),
    [
        (FULL_SIZE.replace(" + 1", ""), "*", "valid", "one-short"),
        (FULL_SIZE, "@", "valid", "matrix-product"),
        (FULL_SIZE, "*", None, None),
    ],
)
def test_the_learners_next_step_is_said_first(modes, dtype, size, times, property_, name):
    """“valid” first; then the other modes, where they are not written yet; then the dtype."""
    source = CORRELATION.format(modes=modes, dtype=dtype, size=size, times=times)
    report = examine(learner("correlate2d", source))
    if name is None and not modes:
        property_, name = "full", "mode-ignored"
    elif name is None and not dtype:
        property_, name = "dtype", "always-double"
    if name is None:
        assert report.passed
    else:
        (finding,) = report.findings
        assert (finding.property, finding.misconception) == (property_, f"correlate2d-{name}")
