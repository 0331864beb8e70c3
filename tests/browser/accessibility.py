"""What axe-core finds wrong on a page, of WCAG 2.1 A and AA and of what it recommends beside; and
what it does not look for: that nothing has to be scrolled both ways at a zoom of 400 %."""

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


_OUT_OF_SIGHT = """() => {
    const inTwoDimensions =
        "canvas, img, svg, table, pre, mjx-container, .convkit-sum, .convkit-matrix";
    const seen = (node) => {
        const frame = node.closest(".convkit")?.getBoundingClientRect();
        return [frame?.left ?? 0, frame?.right ?? innerWidth];
    };
    const out = (box, node) => {
        const [left, right] = seen(node);
        return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
    };
    const found = [];
    const page = document.scrollingElement.scrollWidth;
    if (page > innerWidth + 1) found.push(`the page is ${page} pixels wide`);
    for (const control of document.querySelectorAll("button, input, select, textarea")) {
        if (out(control.getBoundingClientRect(), control) && !control.closest(inTwoDimensions)) {
            found.push(control.outerHTML.slice(0, 120));
        }
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (texts.nextNode()) {
        const text = texts.currentNode;
        const words = text.textContent.trim();
        if (!words || text.parentElement.closest(inTwoDimensions)) continue;
        range.selectNodeContents(text);
        const boxes = [...range.getClientRects()];
        if (boxes.some((box) => out(box, text.parentElement))) found.push(words.slice(0, 120));
    }
    return found;
}"""


def out_of_sight(page: Any) -> list[str]:
    """Texts and controls for which one has to scroll sideways, and a page that is too wide.

    What has two dimensions is exempt (WCAG 1.4.10): pictures, tables, formulas, code, matrices.
    """
    found: list[str] = page.evaluate(_OUT_OF_SIGHT)
    return found
