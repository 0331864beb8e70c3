"""The widgets: how long until a change shows, in JupyterLab in Chromium."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from tests.browser.lab import (
    Browser,
    answer_everything,
    copy_course,
    run_all,
    running_chromium,
    running_lab,
)

# Moves a widget's pictures by keys and each of its controls, a few times, and takes the time from
# the event to the frame that shows what became of it. What asked Python is told apart by its mark.
_MOVE = """async (root, rounds) => {
    const shown = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const answered = async () => {
        while (root.classList.contains("convkit-waiting")) {
            await new Promise((done) => setTimeout(done, 1));
        }
    };
    const taken = { view: [], recomputation: [] };
    const measure = async (change) => {
        const start = performance.now();
        change();
        const kind = root.classList.contains("convkit-waiting") ? "recomputation" : "view";
        await answered();
        await shown();
        taken[kind].push(performance.now() - start);
    };
    const press = (node, key) =>
        node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const put = (input, value) => {
        input.value = value;
        for (const kind of ["input", "change"]) {
            input.dispatchEvent(new Event(kind, { bubbles: true }));
        }
    };
    for (let round = 0; round < rounds; round++) {
        for (const node of root.querySelectorAll("canvas[role=application]")) {
            for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
                await measure(() => press(node, key));
            }
        }
        for (const input of root.querySelectorAll("input[type=range], input[type=checkbox]")) {
            const before = input.value;
            const step = Number(input.step) || 1;
            const other = Number(before) + step <= Number(input.max) ? step : -step;
            for (const value of [Number(before) + other, before]) {
                const click = input.type === "checkbox";
                await measure(() => (click ? input.click() : put(input, value)));
            }
        }
        for (const select of root.querySelectorAll("select")) {
            const before = select.selectedIndex;
            for (const index of [(before + 1) % select.length, before]) {
                await measure(() => put(select, select.options[index].value));
            }
        }
    }
    return taken;
}"""


def measure(rounds: int) -> None:
    """Print a table: for each widget of each lecture the medians and the slowest."""
    print("Milliseconds from an event to the frame that shows what became of it:")
    print("median, slowest.\n")
    print("| lecture | widget | change of view | recomputation |\n|---|---:|---:|---:|")
    totals: dict[str, list[float]] = {"view": [], "recomputation": []}
    for lecture, number, taken in _all_moved(rounds):
        for kind, times in taken.items():
            totals[kind] += times
        columns = " | ".join(map(_summary, taken.values()))
        print(f"| {lecture} | {number} | {columns} |")
    for kind, times in totals.items():
        print(f"\nEvery {kind}: {_summary(times)}.")


def _all_moved(rounds: int) -> Iterator[tuple[str, int, dict[str, list[float]]]]:
    """Each lecture's widgets by their numbers, with what `moved` says of them."""
    with tempfile.TemporaryDirectory() as folder, running_chromium() as chromium:
        course = Path(folder, "course")
        copy_course(course)
        answer_everything(course)
        with running_lab(course, Path(folder, "private")) as lab:
            browser = Browser(chromium, lab)
            for place in tqdm(sorted(course.glob("lectures/*.ipynb")), disable=None):
                page = browser.open(f"lectures/{place.name}")
                run_all(page)
                for number, taken in enumerate(moved(page, rounds), start=1):
                    yield place.stem, number, taken


def moved(page: Any, rounds: int) -> Iterator[dict[str, list[float]]]:
    """The milliseconds of both kinds of change, of one widget of a lecture after the other."""
    for widget in page.locator(".convkit").all():
        widget.scroll_into_view_if_needed()
        yield widget.evaluate(_MOVE, max(1, rounds // 5))


def _summary(times: list[float]) -> str:
    return f"{statistics.median(times):.0f}, {max(times):.0f}" if times else "–"
