"""The cases of either normalization are what they say, and none asks for what is not promised."""

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks import random_cases
from convkit.checks.checking import find
from convkit.checks.observing.quantity import GRAD_X
from convkit.checks.promises.batchnorm import EVALUATION
from convkit.checks.promises.contrast import FAINT, FLAT, MIXED, STRONG

SEEDS = range(5)


def cases(name):
    drawn = [case for seed in SEEDS for case in random_cases(name, seed)]
    return [*find(name).cases, *drawn]


def test_no_batch_in_training_has_a_single_value_per_channel():
    for case in cases("BatchNorm"):
        assert EVALUATION in case.traits or case.x.size > case.x.shape[1]


def test_the_contrast_is_where_the_case_says_and_never_at_the_kink():
    """Is σ on both sides of c in mixed cases, and on one side in the others?"""
    seen = set()
    for case in cases("LocalContrastNorm2d"):
        settings = {"c": 1e-2, **case.options}
        layer = convkit.LocalContrastNorm2d(**settings)
        undivided = convkit.LocalContrastNorm2d(**{**settings, "c": 1e6}).forward(case.x) * 1e6
        same = np.isclose(layer.forward(case.x) * settings["c"], undivided, rtol=1e-12, atol=0)
        faint = same.all(axis=1)  # a single v may be 0 without σ being so
        regime = case.traits[0]
        seen.add(regime)
        assert {STRONG: not faint.any(), FAINT: faint.all()}.get(regime, faint.any())
        assert regime not in (MIXED, FLAT) or not faint.all()
        assert not np.any(find("LocalContrastNorm2d").expected(case)[GRAD_X].kinks)
    assert seen == {STRONG, FAINT, MIXED, FLAT}


@pytest.mark.usefixtures("capsys")
def test_statistics_that_are_not_there_are_said_to_be_missing():
    class BatchNorm(convkit.BatchNorm):
        def forward(self, x):
            vars(self).update(vars(self).pop("hidden", {}))
            y = super().forward(x)
            self.hidden = {name: vars(self).pop(name) for name in ("running_mean", "running_var")}
            return y

    with pytest.raises(CheckFailed) as failed:
        check(BatchNorm, only="forward")
    assert "running_mean is missing." in str(failed.value.report).lower()
