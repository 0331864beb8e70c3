"""What docs/add-a-misconception.md says is all that it takes."""

import re
from pathlib import Path

import pytest

from convkit import CheckFailed, check
from convkit.checks.naming.misconception import catalogue
from convkit.checks.naming.slips import pooling

PAGE = Path(__file__).parents[3] / "docs" / "add-a-misconception.md"


@pytest.mark.usefixtures("capsys")
def test_the_example_is_noticed_and_called_by_its_name():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    entries = catalogue("pooling", "AvgPool2d")
    exec(example, dict(vars(pooling)))
    try:
        added = entries[-1]
        (wrong,) = added.implementations
        with pytest.raises(CheckFailed) as failed:
            check(type("AvgPool2d", (wrong,), {}), only="forward")
    finally:
        entries.pop()
    (finding,) = failed.value.report.findings
    assert finding.misconception == added.id == "avgpool2d-forward-root-mean-square"
    assert "the root of their mean" in finding.message
