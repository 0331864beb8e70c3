"""The README's moving pictures, recorded in a real browser: ``make pictures``."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

from tests.browser.lab import Browser, cell, run_cell, running_chromium, running_lab, set_source

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MILLISECONDS = 900

Frame = tuple[Image.Image, int]

SETUP = (
    "from convkit import check\nfrom convkit.widgets import ConvolutionByHand\n%load_ext convkit"
)
RIGHT, WRONG = "rows, columns] +=", "rows, columns] ="
LINES_AROUND = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as course, tempfile.TemporaryDirectory() as private:
        shutil.copytree(ROOT / "lectures", Path(course) / "lectures")
        nbformat.write(_notebook(), Path(course) / "picture.ipynb")
        with running_lab(Path(course), Path(private)) as lab, running_chromium() as chromium:
            page = Browser(chromium, lab).open("picture.ipynb")
            run_cell(page, "setup")
            _save(_widget(page), "convolution-by-hand.gif")
            _save(_diagnosis(page), "diagnosis.gif")


def _notebook() -> Any:
    """What is recorded: a widget, and a layer of the exercise with its check."""
    solution = nbformat.read(ROOT / "solutions/02-convolution/02-convolution.ipynb", 4)
    layer = next(each.source for each in solution.cells if each.id == "conv2d")
    layer = "\n".join(line for line in layer.splitlines() if "### " not in line)
    assert layer.count(RIGHT) == 1
    sources = {
        "setup": SETUP,
        "widget": "ConvolutionByHand()",
        "layer": layer,
        "check": "check(Conv2d)",
    }
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=id) for id, source in sources.items()],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


def _widget(page: Any) -> Iterator[Frame]:
    """The window goes over the image."""
    run_cell(page, "widget")
    widget = cell(page, "widget").locator(".convkit")
    for key in ("Home", "ArrowRight", "ArrowDown", "ArrowLeft"):
        widget.get_by_role("application").first.press(key)
        yield _photograph(widget), MILLISECONDS


def _diagnosis(page: Any) -> Iterator[Frame]:
    """A wrong line, what the check says of it, the line put right, and what it says then."""
    right = set_source(page, "layer", "")
    for words in (WRONG, RIGHT):
        set_source(page, "layer", right.replace(RIGHT, words))
        run_cell(page, "layer")
        line = cell(page, "layer").locator(".cm-line", has_text=words)
        line.evaluate("node => { node.style.background = '#ffe08a'; }")
        line.evaluate("node => node.scrollIntoView({ block: 'center' })")
        code = _photograph(page, _around(line.bounding_box()))
        yield code, 2 * MILLISECONDS
        run_cell(page, "check")
        report = cell(page, "check").locator(".jp-OutputArea")
        yield _stacked(code, _photograph(report)), 6 * MILLISECONDS


def _around(line: Any) -> Any:
    """The box of a line of code, and of some lines above and below it."""
    height = line["height"]
    above, all_lines = LINES_AROUND * height, (2 * LINES_AROUND + 1) * height
    return line | {"y": line["y"] - above, "height": all_lines}


def _photograph(node: Any, clip: Any = None) -> Image.Image:
    picture = node.screenshot(clip=clip) if clip else node.screenshot()
    return Image.open(io.BytesIO(picture)).convert("RGB")


def _stacked(above: Image.Image, below: Image.Image) -> Image.Image:
    size = max(above.width, below.width), above.height + below.height
    both = Image.new("RGB", size, "white")
    both.paste(above)
    both.paste(below, (0, above.height))
    return both


def _save(frames: Iterator[Frame], name: str) -> None:
    images, milliseconds = zip(*frames, strict=True)
    size = tuple(max(image.size[axis] for image in images) for axis in (0, 1))
    pages = []
    for image in images:
        pages.append(Image.new("RGB", size, "white"))
        pages[-1].paste(image)
    first, *others = (page.quantize(64) for page in pages)
    first.save(
        HERE / name,
        save_all=True,
        append_images=others,
        duration=milliseconds,
        loop=0,
        optimize=True,
    )


if __name__ == "__main__":
    main()
