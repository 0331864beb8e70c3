"""The learner's own layer, written with %%implement, moved in a lecture's widget."""

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, run_all

pytestmark = pytest.mark.browser

OWN = """%%implement MaxPool2d
import numpy as np
from convkit import Layer

class MaxPool2d(Layer):
    \"\"\"Takes the smallest, by mistake.\"\"\"

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.size, self.stride = kernel_size, stride or kernel_size

    def forward(self, x):
        size = (self.size, self.size)
        windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
        return windows[:, :, :: self.stride, :: self.stride].min(axis=(4, 5))
"""
WIDGET = """from convkit.mine import MaxPool2d
from convkit.widgets import Pooling
Pooling(layer=MaxPool2d)
"""


def test_the_widget_shows_what_the_learners_layer_makes_of_the_same_numbers(browser, lab):
    cells = [nbformat.v4.new_code_cell(source) for source in ("%load_ext convkit", OWN, WIDGET)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / "own-layer.ipynb")
    page = browser.open("own-layer.ipynb")
    try:
        assert run_all(page) == []
        pooling = page.locator(".convkit")
        expect(pooling).to_contain_text("max(1, 0, 0, 9) = 9")
        expect(pooling).to_contain_text("MaxPool2d: 0")
        before = pictures_of(pooling)
        assert len(before) == 4  # x, max, average and the learner's own
        for _ in range(4):
            pooling.get_by_role("application").press("ArrowDown")
        expect(pooling).to_contain_text("MaxPool2d: 4")
        assert all(old != new for old, new in zip(before, pictures_of(pooling), strict=True))
        assert browser.complaints == []
    finally:
        (lab.folder / "mine" / "maxpool2d.py").unlink(missing_ok=True)
