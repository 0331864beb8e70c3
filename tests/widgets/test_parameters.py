"""The counts of weights that the widget shows."""

import numpy as np
import pytest

from convkit.widgets import Parameters


def test_it_begins_with_the_figures_of_the_slides():
    rows = Parameters().compute()["rows"]
    assert [row["weights"] for row in rows] == [1_600_000_000, 4_000_000, 10_000]
    assert [row["weights"] for row in rows] == [row["slides"]["weights"] for row in rows]
    assert [row["bytes"] for row in rows] == [6_400_000_000, 16_000_000, 40_000]
    assert [row["units"] for row in rows] == [40_000, 40_000, 100 * 191 * 191]


def test_sharing_does_not_ask_for_the_size_of_the_image():
    small, large = (Parameters(image_size=size).compute()["rows"] for size in (20, 400))
    assert small[2]["weights"] == large[2]["weights"]
    assert small[0]["weights"] * 400 == large[0]["weights"]


def test_a_change_is_answered():
    widget = Parameters()
    widget.channels = 3
    assert [row["weights"] for row in widget.answer["arrays"]["rows"]] == [
        4_800_000_000,
        12_000_000,
        30_000,
    ]


def test_own_functions_count():
    widget = Parameters(local=lambda channels, units, kernel_size: 7)
    assert widget.compute()["rows"][1]["weights"] == 7


def test_a_count_that_is_none_is_named():
    with pytest.raises(ValueError, match="locally connected: expected an integer"):
        Parameters(local=lambda channels, units, kernel_size: None).compute()


def test_a_filter_larger_than_the_image_is_refused_and_put_back():
    widget = Parameters(image_size=20)
    with pytest.raises(ValueError, match="filter_size: expected at most the image's 20, got 30"):
        widget.filter_size = 30
    assert widget.filter_size == 10


def test_the_picture_has_a_bar_for_each_kind_of_layer():
    bars = Parameters().picture().axes[0].patches
    assert np.allclose([bar.get_width() for bar in bars], [1.6e9, 4e6, 1e4])
