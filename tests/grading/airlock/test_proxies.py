"""Proxies behave as the student's own objects would."""

import textwrap
import time

import numpy as np
import pytest

from convkit import Layer
from convkit.checks import LearnerError, forward_each, results_of
from tests.grading.airlock.lending import LAYERS, cells, opened


@pytest.fixture(scope="module")
def shared():
    with opened(cells(Scale=LAYERS, Plain=LAYERS, Maker=LAYERS)) as airlock:
        yield airlock


@pytest.fixture
def lent(shared):
    shared.next_test()
    return shared.lent


def test_a_layer_is_a_layer(lent):
    layer = lent["Scale"](3)
    assert lent["Scale"].__name__ == "Scale"
    assert isinstance(layer, Layer)
    assert isinstance(layer, lent["Scale"])
    assert not isinstance(lent["Plain"](), Layer)


def test_forward_backward_params_and_grads(lent):
    layer = lent["Scale"](3)
    layer.params["scale"] = np.array([1.0, 2.0, 3.0])
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(layer(x), layer.forward(x))
    np.testing.assert_array_equal(layer.forward(x), x * [1, 2, 3])
    np.testing.assert_array_equal(layer.backward(np.ones((2, 3))), [[1, 2, 3]] * 2)
    np.testing.assert_array_equal(layer.grads["scale"], x.sum(0))
    assert list(layer.params) == ["scale"]
    assert layer.channels == 3
    with pytest.raises(KeyError):
        layer.params["weight"]
    assert "weight" not in layer.params


def test_params_can_be_replaced_and_mode_switched(lent):
    layer = lent["Scale"](2)
    layer.params = {"scale": np.zeros(2)}
    assert not layer.forward(np.ones((1, 2))).any()
    assert layer.training
    layer.eval()
    assert not layer.training
    layer.train()
    assert layer.training


def test_a_change_that_would_be_lost_is_an_error(lent):
    with pytest.raises(ValueError, match="read-only"):
        lent["Scale"](2).params["scale"][0] = 1.0


def test_objects_may_be_handed_back(lent):
    first, second = lent["Scale"](1), lent["Scale"](2)
    plain = lent["Plain"](first, second)
    assert plain.first() is first
    assert list(plain) == [first, second]
    assert len(plain) == 2
    assert first.itself() is first
    assert isinstance(lent["Maker"](4), lent["Scale"])


def test_a_bare_layer_goes_to_live_with_the_students_code():
    """Is SGD testable with a stand-in for a network, as if it were here?"""
    source = """
        class SGD:
            def __init__(self, network, lr):
                self.network, self.lr = network, lr

            def step(self):
                for name in self.network.params:
                    self.network.params[name] -= self.lr * self.network.grads[name]
    """
    namespace = {}
    exec(textwrap.dedent(source), namespace)
    with opened(cells(SGD=source)) as airlock:
        for optimizer in (namespace["SGD"], airlock.lent["SGD"]):
            network = Layer()
            network.params["w"] = np.array([1.0, 2.0])
            network.grads["w"] = np.array([1.0, -1.0])
            sgd = optimizer(network, 0.5)
            sgd.step()
            np.testing.assert_array_equal(network.params["w"], [0.5, 2.5])
            network.grads["w"] = np.array([1.0, 1.0])
            sgd.step()
            np.testing.assert_array_equal(network.params["w"], [0.0, 2.0])
            assert isinstance(network, Layer)


def test_objects_nobody_holds_are_forgotten_and_the_others_kept(lent):
    kept = lent["Scale"](3)
    for _ in range(50):
        lent["Scale"](1)
    assert kept.channels == 3
    assert kept.alive_now() < 10


def test_rng_is_an_int_or_a_generator_of_the_other_side(lent):
    one, again = (lent["Scale"](3, rng=5).params["scale"] for _ in range(2))
    np.testing.assert_array_equal(one, again)
    rng = np.random.default_rng(0)
    one, other = (lent["Scale"](3, rng=rng).params["scale"] for _ in range(2))
    assert not np.array_equal(one, other)


def test_forward_each_is_one_message_and_leaves_the_parameters(shared, lent, monkeypatch):
    layer = lent["Scale"](1)
    before = layer.params["scale"]
    asked = []
    ask = shared.ask
    monkeypatch.setattr(shared, "ask", lambda do, **rest: asked.append(do) or ask(do, **rest))
    outputs = forward_each(layer, [{"scale": np.array([float(n)])} for n in range(5)], np.ones(1))
    assert asked == ["forward_each"]
    np.testing.assert_array_equal(np.concatenate(outputs), np.arange(5.0))
    np.testing.assert_array_equal(layer.params["scale"], before)


def test_results_of_are_as_they_are_after_the_last_call(shared, lent, monkeypatch):
    layer, asked, ask = lent["Scale"](1), [], shared.ask
    monkeypatch.setattr(shared, "ask", lambda do, **rest: asked.append(do) or ask(do, **rest))
    calls = [(layer, "grow", np.full(2, number)) for number in (1.0, 2.0)]
    first, second = results_of(layer, calls)
    assert asked == ["results_of"]
    np.testing.assert_array_equal(first, [3.0, 3.0])
    np.testing.assert_array_equal(second, first)


def test_a_call_is_cheap(lent):
    layer = lent["Scale"](1)
    x = np.ones((10, 1))
    started = time.perf_counter()
    for _ in range(200):
        layer.forward(x)
    assert (time.perf_counter() - started) / 200 < 0.05


def test_arguments_changed_in_place_are_changed_here_too():
    with opened(cells(spoil="def spoil(x, y):\n    x += 1\n    return y.sum()")) as airlock:
        base = np.zeros((4, 4))
        y = np.ones(3)
        assert airlock.lent["spoil"](base[::2, ::2], y) == 3.0
        assert base[::2, ::2].all()
        assert not base[1::2].any()
        np.testing.assert_array_equal(y, np.ones(3))
        turned = np.zeros((3, 2), order="F")
        turned[0, 1] = 5
        airlock.lent["spoil"](turned, y)
        np.testing.assert_array_equal(turned, [[1, 6], [1, 1], [1, 1]])
        base.flags.writeable = False
        with pytest.raises(LearnerError, match="read-only"):
            airlock.lent["spoil"](base, y)


def test_what_the_student_raises_comes_with_its_own_line():
    source = "\n\ndef f(x):\n    return helper(x)\n\n\ndef helper(x):\n    return x / 0\n"
    with opened([("f", source)]) as airlock, pytest.raises(LearnerError) as caught:
        airlock.lent["f"](1)
    assert caught.value.type_name == "ZeroDivisionError"
    assert caught.value.line_number == 8
    assert caught.value.line == "return x / 0"
