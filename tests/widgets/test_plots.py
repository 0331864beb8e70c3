"""Plots take the page's colours and say what they show."""

import re

import numpy as np
import pytest

from convkit.widgets import plots
from convkit.widgets.pipeline_experiment import plot_measured
from convkit.widgets.plots import curves, pictures

IMAGE = np.arange(12.0).reshape(3, 4)


def line(**more):
    return curves({"y < 1": ([1, 2], [3, 4])}, title="t", x="x", y="y", **more)


@pytest.mark.parametrize(
    "plot",
    [
        line(says='rises "fast"'),
        pictures({"a": IMAGE, "b": -IMAGE}, says='rises "fast"'),
        plots.Plot(plot_measured().figure, 'rises "fast"'),
    ],
)
def test_a_plot_is_drawn_in_the_colour_of_the_text_and_told_in_words(plot):
    bundle = plot._repr_mimebundle_()
    html = bundle["text/html"]
    assert 'aria-label="rises &quot;fast&quot;"' in html
    assert bundle["text/plain"] == 'rises "fast"'
    assert "currentColor" in html
    assert plots.INK not in html
    assert re.search("#(000000|ffffff)", html, re.IGNORECASE) is None
    assert bundle["image/png"]


def test_images_with_signs_are_in_colour_and_others_in_grey():
    pictures({"a": IMAGE > 0.5}, says="")  # truth values have no sign
    both = pictures({"a": IMAGE, "b": -IMAGE}, says="").figure.axes
    assert [axes.images[0].get_cmap().name for axes in both] == ["gray", "RdBu_r"]
    limited = pictures({"b": -IMAGE}, says="", vmin=-1, vmax=0).figure.axes[0].images[0]
    assert (limited.get_cmap().name, limited.get_clim()) == ("gray", (-1, 0))


def test_bands_and_guides_belong_to_lines():
    plot = line(says="", bands={"y < 1": ([2, 3], [4, 5])}, guides={"g": ([1, 2], [1, 2])})
    axes = plot.figure.axes[0]
    assert len(axes.collections) == 1
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["y < 1", "g"]


def test_few_places_on_a_logarithmic_axis_are_written_out():
    axes = line(says="", xscale="log").figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2"]


def test_on_a_narrow_page_a_plot_is_scrolled_rather_than_made_unreadable():
    html = line(says="")._repr_mimebundle_()["text/html"]
    assert 'style="overflow-x: auto" tabindex="0"' in html  # who has no mouse scrolls by keys
    assert "max-width: max(100%, 480px)" in html
