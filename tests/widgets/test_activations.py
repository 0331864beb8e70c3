"""Histograms through eight layers, without and with batch normalization."""

import numpy as np
import pytest

from convkit import BatchNorm
from convkit.widgets import Activations
from convkit.widgets.deep_network import DEPTH, deep_stages
from tests.widgets.browser_side import arrays

X = np.random.default_rng(10).normal(size=(200, 12))


def test_both_networks_have_the_same_weights():
    without, with_norm = (deep_stages(12, "tanh", 0.5, norm) for norm in (None, BatchNorm))
    for one, other in zip(without, with_norm, strict=True):
        np.testing.assert_array_equal(one.linear.params["weight"], other.linear.params["weight"])


def test_the_first_layer_is_what_the_formula_says():
    widget = Activations(X)
    widget.batch_size, widget.gamma, widget.beta = 40, 2.0, 0.5
    batch = widget.batch(0)
    assert len(batch) == 40
    np.testing.assert_array_equal(batch[0], X[0])
    z = deep_stages(12, "tanh", 1.0, None)[0].linear.forward(batch)
    normalized = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
    shown = widget.compute()
    for row, y in enumerate((np.tanh(z), np.tanh(2 * normalized + 0.5))):
        assert shown["deviation"][row, 0] == pytest.approx(y.std())
        assert shown["mean"][row, 0] == pytest.approx(y.mean())
        assert shown["first"][row, 0] == pytest.approx(y[0, 0])


def test_the_gradient_at_the_last_layer_is_what_passes_tanh():
    widget = Activations(X)
    y = deep_output(widget)
    sent = np.random.default_rng(0).normal(size=y.shape)
    share = np.linalg.norm((1 - y**2) * sent) / np.linalg.norm(sent)
    assert widget.compute()["gradient"][0, -1] == pytest.approx(share)


def deep_output(widget):
    x = widget.batch(0)
    for linear, _, function in deep_stages(12, "tanh", 1.0, None):
        x = function.forward(linear.forward(x))
    return x


def test_normalization_takes_the_scale_of_the_weights_out():
    widget = Activations(X)
    before = widget.compute()
    widget.scale = 4.0
    after = widget.compute()
    np.testing.assert_allclose(after["deviation"][1], before["deviation"][1], rtol=1e-3)
    assert (after["deviation"][0] > before["deviation"][0]).all()


def test_of_two_samples_every_unit_says_one_of_two_things():
    widget = Activations(X)
    widget.batch_size = 2
    shown = arrays(widget)
    assert shown["highest"][1] == pytest.approx(np.full(DEPTH, np.tanh(1)), abs=1e-2)


def test_company_matters_in_training_with_normalization_and_nowhere_else():
    widget = Activations(X)
    shown = widget.compute()
    spread = shown["highest"] - shown["lowest"]
    assert spread[0] == pytest.approx(0)
    assert (spread[1] > 0.01).all()
    widget.seen = 5
    widget.test_time = True
    shown = widget.compute()
    assert shown["highest"] - shown["lowest"] == pytest.approx(0)


def test_at_test_time_statistics_that_saw_nothing_do_nothing():
    widget = Activations(X)
    widget.test_time = True
    without, with_norm = widget.compute()["deviation"]
    np.testing.assert_allclose(with_norm, without, rtol=1e-3)  # but for ε
    widget.seen = 60
    deviations = widget.compute()["deviation"]
    assert deviations[1, -1] == pytest.approx(
        np.tanh(np.random.default_rng(0).normal(size=99999)).std(), abs=0.03
    )


@pytest.mark.parametrize("function", ["tanh", "relu"])
def test_histograms_count_everything(function):
    widget = Activations(X)
    widget.function = function
    shown = widget.compute()
    assert shown["y"].shape == (2, DEPTH, 44)
    np.testing.assert_array_equal(shown["y"].max(axis=-1), 1)
    if function == "relu":
        assert shown["mean"].min() > 0


def test_the_learners_layer_normalizes():
    class Shifted(BatchNorm):
        def forward(self, x):
            return super().forward(x) + 3

    shown = Activations(X, layer=Shifted).compute()
    assert shown["names"] == ["without", "with your Shifted"]
    assert shown["mean"][1].min() > 0.9


def test_a_batch_of_one_is_refused_in_training_and_put_back():
    widget = Activations(X)
    widget.set_state({"batch_size": 1})
    assert "expected more than one value per channel in training" in widget.answer["problem"]
    assert widget.batch_size == 64
    widget.test_time = True
    widget.batch_size = 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("scale", 0.0, "scale: expected"),
        ("seen", -1, "seen: expected"),
        ("batch_size", 0, "batch_size: expected"),
    ],
)
def test_bad_operands_are_refused_by_name(name, value, message):
    widget = Activations(X)
    widget.test_time = True
    with pytest.raises(ValueError, match=message):
        setattr(widget, name, value)


def test_samples_that_are_no_table_are_refused():
    with pytest.raises(ValueError, match=r"x: expected shape \(N, features\), got \(12,\)"):
        Activations(X[0])


def test_the_picture_shows_both_rows():
    widget = Activations(X)
    assert len(widget.picture().axes) == 2 * DEPTH
    assert "image/png" in widget._repr_mimebundle_()[0]
