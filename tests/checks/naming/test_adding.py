"""What docs/add-a-misconception.md says is all that it takes."""

import re
from pathlib import Path

import pytest

from convkit import CheckFailed, check
from convkit.checks.naming import misconception
from convkit.checks.naming.slips.pooling import slips

PAGE = Path(__file__).parents[3] / "docs" / "add-a-misconception.md"


@pytest.mark.usefixtures("capsys")
def test_the_example_is_noticed_and_called_by_its_name(monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    entries = misconception.catalogue("pooling", "AvgPool2d")
    monkeypatch.setitem(misconception._CATALOGUE, "AvgPool2d", [*entries])
    exec(example, dict(vars(slips)))
    added = misconception.catalogue("pooling", "AvgPool2d")[-1]
    (wrong,) = added.implementations
    with pytest.raises(CheckFailed) as failed:
        check(type("AvgPool2d", (wrong,), {}), only="forward")
    (finding,) = failed.value.report.findings
    assert finding.misconception == added.id == "avgpool2d-forward-root-mean-square"
    assert "the root of their mean" in finding.message
