"""Two slips in one pass are found as two, whichever two they are."""

import pytest

from convkit.checks.checking import MODULES, examine
from convkit.checks.naming.misconception import catalogue
from convkit.checks.naming.slip import both_slips

PAIRS = [
    ("MaxPool2d", "forward-strides-mixed-up", "forward-starts-at-zero"),
    ("AvgPool2d", "forward-strides-mixed-up", "forward-divided-by-square"),
    pytest.param(
        *("Conv2d", "forward-stride-inside-windows", "forward-padding-half-the-kernel"),
        marks=pytest.mark.exhaustive,
    ),
]


def entry(name, id):
    known = {each.id: each for each in catalogue(MODULES[name], name)}
    return known[f"{name.lower()}-{id}"]


@pytest.mark.parametrize(("name", "one", "other"), PAIRS)
def test_two_slips_are_found_as_two(name, one, other):
    slips = [entry(name, id) for id in (one, other)]
    report = examine(both_slips(*(each.implementations[0] for each in slips)))
    told = " ".join(finding.message.lower() for finding in report.findings)
    assert all(each.title.lower() in told for each in slips)


def test_slips_of_two_layers_do_not_go_together():
    maximum = entry("MaxPool2d", "forward-minimum").implementations[0]
    average = entry("AvgPool2d", "forward-maximum").implementations[0]
    assert both_slips(maximum, average) is None
