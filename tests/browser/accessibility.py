"""What axe-core finds wrong on a page, of WCAG 2.1 A and AA and of what it recommends beside."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "rules": {
        rule: {"enabled": True}
        for rule in ("label-content-name-mismatch", "target-size", "empty-table-header")
    },
    "resultTypes": ["violations"],
}


def violations(page: Any, within: str | None = None) -> list[str]:
    """One line for each element that breaks a rule; ``within`` is a CSS selector."""
    found = Axe().run(page, within, _OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:100]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
