"""The speed ladder: what is drawn for each rung."""

import time

import matplotlib.pyplot as plt
import pytest

from convkit import speed_ladder


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def labels():
    return [text.get_text().strip() for text in plt.gca().texts]


def test_every_rung_says_its_time_and_how_many_times_as_fast_it_is():
    speed_ladder({"slow": lambda: time.sleep(0.05), "fast": lambda: time.sleep(0.005)})
    slow, fast = labels()
    assert slow.endswith("ms")
    assert 5 < float(fast.split(", ")[1].split(" × ")[0]) < 12
    assert [tick.get_text() for tick in plt.gca().get_yticklabels()] == ["slow", "fast"]


def test_a_rung_that_is_not_written_yet_is_drawn_as_such():
    def skeleton():
        raise NotImplementedError

    speed_ladder({"loops": lambda: time.sleep(0.001), "fast": skeleton})
    assert "not written yet" in labels()
    plt.gcf().canvas.draw()
    speed_ladder({"loops": skeleton})
    plt.gcf().canvas.draw()


def test_an_error_in_a_rung_is_shown():
    with pytest.raises(ZeroDivisionError):
        speed_ladder({"broken": lambda: 1 / 0})
