"""Stages assembled by switches: their maps, shapes and parameters, and what changes them."""

import numpy as np
import pytest

from convkit import Abs, AvgPool2d, Conv2d
from convkit.data import digits
from convkit.widgets import Pipeline
from convkit.widgets.pipeline_experiment import Design, measured

IMAGES = digits(20).images[:3]


def letters(shown):
    return "".join(step["letter"] for step in shown["steps"])


def test_the_maps_are_those_of_the_layers():
    shown = Pipeline(IMAGES, normalize=False).compute()
    maps = IMAGES[:, np.newaxis]
    for number, (_, layer) in enumerate(Design(2, True, False, "average").steps(0)):
        maps = layer.forward(maps)
        np.testing.assert_allclose(shown[f"maps{number}"], maps[:, :4], rtol=1e-5)
        assert shown["steps"][number]["shape"] == maps.shape[1:]
    assert shown["units"] == maps[0].size


def test_switches_put_operations_in_and_take_them_out():
    assert letters(Pipeline(IMAGES).compute()) == "FRNPFRNP"
    assert letters(Pipeline(IMAGES, stages=1, rectify=False).compute()) == "FNP"
    widget = Pipeline(IMAGES, normalize=False)
    widget.rectify = False
    assert letters(widget.answer["arrays"]) == "FPFP"


def test_only_filters_and_the_classifier_have_parameters():
    shown = Pipeline(IMAGES, stages=1).compute()
    parameters = {step["letter"]: step["parameters"] for step in shown["steps"]}
    assert parameters == {"F": 8 * 25 + 8, "R": 0, "N": 0, "P": 0}
    assert shown["classifier"] == 10 * shown["units"] + 10 == 10 * 8 * 8 * 8 + 10


def test_rectification_forgets_the_polarity_and_normalization_the_contrast():
    turned = Pipeline(IMAGES, negative=True).compute()["changes"]
    np.testing.assert_allclose(turned[0], 2)
    np.testing.assert_allclose(turned[1:], 0, atol=1e-9)
    faint = Pipeline(IMAGES, stages=1, contrast=0.2).compute()["changes"]
    assert (faint[:2] > 0.6).all()
    assert (faint[2:] < 0.4).all()


def test_nothing_has_changed_before_anything_is_changed():
    assert not Pipeline(IMAGES).compute()["changes"].any()
    assert Pipeline(IMAGES, light=0.5).compute()["changes"].all()


def test_the_probabilities_are_those_of_a_classifier_on_the_last_maps():
    shown = Pipeline(IMAGES, stages=1).compute()
    np.testing.assert_allclose(shown["probabilities"].sum(axis=1), 1)
    assert (shown["probabilities"].argmax(axis=1) == [0, 1, 2]).all()
    turned = Pipeline(IMAGES, stages=1, negative=True).compute()
    np.testing.assert_allclose(turned["probabilities"], shown["probabilities"])
    without = Pipeline(IMAGES, stages=1, rectify=False, normalize=False).compute()
    assert (without["probabilities"].argmax(axis=1) != [0, 1, 2]).any()


def test_images_of_another_size_are_not_classified():
    assert Pipeline(digits(24).images[:2]).compute()["probabilities"].shape == (2, 0)


def test_ones_own_filters_get_the_same_weights():
    class Drawn(Conv2d):
        def __init__(self, *args, rng=None, **settings):
            super().__init__(*args, rng=99, **settings)

    Drawn.__name__ = "Conv2d"
    own, reference = Pipeline(IMAGES, layers=[Drawn]).compute(), Pipeline(IMAGES).compute()
    np.testing.assert_allclose(own["probabilities"], reference["probabilities"])


def test_every_design_is_shown_with_what_was_measured():
    shown = Pipeline(IMAGES, stages=1, pooling="max").compute()
    assert shown["design"] == "1 × F–R–N–P_M"
    here = next(each for each in shown["designs"] if each["name"] == shown["design"])
    assert here["random"] == np.mean(measured()[shown["design"]]["random"])
    assert len(shown["designs"]) == 16


def test_ones_own_layers_take_their_places():
    class Halved(AvgPool2d):
        def forward(self, x):
            return super().forward(x) / 2

    Halved.__name__ = "AvgPool2d"
    own = Pipeline(IMAGES, stages=1, layers=[Halved, Conv2d, Abs]).compute()
    reference = Pipeline(IMAGES, stages=1).compute()
    np.testing.assert_allclose(own["maps3"], reference["maps3"] / 2)
    assert own["whose"] == "your AvgPool2d, your Conv2d, your Abs"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stages": 3}, "expected 1 or 2 stages"),
        ({"pooling": "sum"}, '"average" or "max" pooling, got 2 and \'sum\''),
        ({"light": 2.0}, "light: expected a number from 0 to 1"),
        ({"contrast": -1.0}, "contrast: expected a number from 0 to 1"),
        ({"layers": [dict]}, r"layers: expected classes named .*, got \['dict'\]"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Pipeline(IMAGES, **arguments).compute()


def test_the_picture_shows_every_step():
    titles = [axes.get_title() for axes in Pipeline(IMAGES, stages=1).picture().axes]
    assert titles == ["x", "F", "R", "N", "P"]
