"""The network learns, the same way each time, as far as it is asked to."""

import numpy as np
import pytest

from convkit import Conv2d
from convkit.data import LabelledImages, digits
from convkit.widgets import Training


@pytest.fixture(scope="module")
def data():
    return digits().split()


def trained(data, steps=0, **settings):
    return Training(*data, kernel_size=3, steps=steps, **settings)


def test_it_learns(data):
    shown = trained(data, 100).compute()
    assert shown["step"] == len(shown["losses"]) == 100
    assert shown["recent"][-1] < 0.5 < shown["recent"][9]
    assert shown["accuracy"] > 0.8
    assert np.abs(shown["filters"] - shown["first"]).max() > 0.1


def test_many_steps_at_once_are_as_good_as_one_by_one(data):
    one_by_one = trained(data)
    for step in range(1, 6):
        one_by_one.steps = step
    np.testing.assert_array_equal(
        one_by_one.compute()["losses"], trained(data, 5).compute()["losses"]
    )


def test_fewer_steps_start_again(data):
    widget = trained(data, 3)
    losses = widget.compute()["losses"]
    widget.steps = 0
    again = widget.compute()
    assert len(again["losses"]) == 0
    np.testing.assert_array_equal(again["filters"], again["first"])
    widget.steps = 3
    np.testing.assert_array_equal(widget.compute()["losses"], losses)


def test_the_recent_loss_is_the_mean_of_the_last_ten(data):
    shown = trained(data, 15).compute()
    np.testing.assert_allclose(shown["recent"][-1], shown["losses"][-10:].mean(), rtol=1e-5)
    np.testing.assert_allclose(shown["recent"][2], shown["losses"][:3].mean(), rtol=1e-5)


def test_another_learning_rate_holds_from_the_next_step_on(data):
    widget, steady = trained(data, 2), trained(data, 4)
    widget.lr = 0.001
    assert widget.compute()["step"] == 2
    widget.steps = 4
    losses = widget.compute()["losses"]
    np.testing.assert_array_equal(losses[:3], steady.compute()["losses"][:3])
    assert losses[3] != steady.compute()["losses"][3]


def test_a_test_image_of_each_class_is_shown(data):
    shown = trained(data, 1).compute()
    assert shown["labels"] == list(range(10))
    assert shown["images"].shape == (10, 8, 8)
    assert shown["maps"].shape == (10, 8, 6, 6)
    np.testing.assert_allclose(shown["probabilities"].sum(axis=1), 1, rtol=1e-6)


def test_ones_own_convolution_learns(data):
    class Silent(Conv2d):
        def forward(self, x):
            return 0 * super().forward(x)

    shown = trained(data, layer=Silent).compute()
    assert not shown["maps"].any()
    assert shown["whose"] == "your Silent"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("steps", -1, "steps: expected an integer of at least 0"),
        ("lr", 0.0, "lr: expected a finite number above 0"),
        ("momentum", 1.5, "momentum: expected a number from 0 to 1"),
        ("batch_size", 0, "batch_size: expected an integer of at least 1"),
    ],
)
def test_a_wrong_setting_is_refused_and_put_back(data, name, value, message):
    widget = trained(data)
    before = getattr(widget, name)
    with pytest.raises(ValueError, match=message):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


def test_images_and_labels_must_fit(data):
    with pytest.raises(ValueError, match=r"test\.labels: expected shape"):
        Training(data[0], LabelledImages(data[1].images, data[1].labels[1:]))


def test_the_picture_shows_all_filters_before_and_after(data):
    widget = trained(data)
    before, after = np.split(
        np.array([axes.images[0].get_array() for axes in widget.picture().axes]), 2
    )
    np.testing.assert_array_equal(before, widget.compute()["first"])
    assert (before != after).all()
