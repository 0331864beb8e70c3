"""The cases hold what is rare: a 0, equals, one place only, a square, a Generator."""

import inspect

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks import checking
from convkit.checks.checking import find
from convkit.plain import activation, batchnorm, classifier, convolution, local, pooling, training
from tests.checks.naming.test_true_names import learner, text_of
from tests.sampling import drawn

ONE_PLACE = """
        if {}:
            raise IndexError("one place")
"""
EDITS = {
    "largest of the whole map": (
        pooling,
        "MaxPool2d",
        "grad_x[n, i, top + p, left + q] +=",
        "top, left, p, q = 0, 0, *np.argwhere(self.x[n, i] == window.max())[0]\n"
        "            grad_x[n, i, p, q] +=",
    ),
    "largest of the whole batch": (
        pooling,
        "MaxPool2d",
        "grad_x[n, i, top + p, left + q] +=",
        "grad_x.flat[np.flatnonzero(self.x.ravel() == window.max())[0]] +=",
    ),
    "one window, largest": (
        pooling,
        "MaxPool2d",
        "        y = np.zeros(",
        ONE_PLACE.format("out_h == out_w == 1") + "        y = np.zeros(",
    ),
    "one window, mean": (
        pooling,
        "AvgPool2d",
        "        y = np.zeros(",
        ONE_PLACE.format("out_h == out_w == 1") + "        y = np.zeros(",
    ),
    "one patch": (
        local,
        "LocallyConnected2d",
        '        weight, bias = self.params["weight"], self.params["bias"]\n',
        '        weight, bias = self.params["weight"], self.params["bias"]\n'
        + ONE_PLACE.format("bias.shape[1:] == (1, 1)"),
    ),
    "one place": (
        convolution,
        "Conv2d",
        "        y = np.zeros((len(x)",
        ONE_PLACE.format("out_h == out_w == 1") + "        y = np.zeros((len(x)",
    ),
    "a kernel of one pixel": (
        convolution,
        "Conv2d",
        "        y = np.zeros((len(x)",
        ONE_PLACE.format("h == w == 1") + "        y = np.zeros((len(x)",
    ),
    **{
        f"a kernel of one number, {name}": (
            convolution,
            name,
            f'def {name}(x, k, mode="valid"):\n',
            f'def {name}(x, k, mode="valid"):\n    if k.size == 1:\n        return 0 * x\n',
        )
        for name in ("correlate2d", "convolve2d")
    },
    "sigmoid of 0": (
        activation,
        "Sigmoid",
        "np.where(x >= 0, 1, small)",
        "np.where(x > 0, 1, np.where(x < 0, small, 0))",
    ),
    "tanh of 0": (activation, "Tanh", "np.tanh(x)", "np.tanh(x) * x / x"),
    "x of 0": (
        activation,
        "Gain",
        "return self.factor * grad_y",
        "return self.factor * self.x / self.x * grad_y",
    ),
    "a gain of 0": (
        activation,
        "Gain",
        "(self.x * grad_y)",
        "(self.x * self.factor / self.factor * grad_y)",
    ),
    **{
        f"a square, {name}": (
            activation,
            name,
            old,
            f"({old} if x.ndim < 3 or x.shape[-2] != x.shape[-1] else {old}.swapaxes(-1, -2))",
        )
        for name, old in {
            "Tanh": "np.tanh(x)",
            "ReLU": "np.maximum(x, 0)",
            "Abs": "np.abs(x)",
            "Gain": "self.factor * x",
        }.items()
    },
    "a gamma of 0": (
        batchnorm,
        "BatchNorm",
        "(table * self.normalized).sum",
        "(table * self.normalized * self.gamma / self.gamma).sum",
    ),
    "a momentum of 0": (
        batchnorm,
        "BatchNorm",
        "self.momentum = momentum",
        "self.momentum = momentum or 0.1",
    ),
    "grads in another order": (
        training,
        "SGD",
        "self.network.grads.items()",
        "zip(self.network.params, self.network.grads.values())",
    ),
    "another generator": (
        classifier,
        "Linear",
        "np.random.default_rng(rng)",
        "np.random.RandomState(rng)",
    ),
}
"""Of each: the module of the plain text, the name, and words that are replaced there by others."""

REPLACED_DICT = """
class SGD(convkit.SGD):
    def step(self):
        self.network.params, before = dict(self.network.params), self.network.params
        super().step()
"""


def source_of(id):
    """The plain text with one edit, behind the first line of what is named."""
    module, name, old, new = EDITS[id]
    source = inspect.getsource(module)
    start = source.index(f"\n{'class' if name[0].isupper() else 'def'} {name}")
    assert old in source[start:], id
    return source[:start] + source[start:].replace(old, new, 1)


@pytest.fixture
def no_names(monkeypatch):
    monkeypatch.setattr(checking, "_name", lambda *arguments: None)


@pytest.mark.parametrize("id", EDITS)
@pytest.mark.usefixtures("capsys", "no_names")
def test_it_is_noticed(id, monkeypatch):
    target = learner(EDITS[id][1], source_of(id))
    with pytest.raises(CheckFailed):
        check(target)
    monkeypatch.setattr(find(EDITS[id][1]), "cases", drawn(EDITS[id][1], 0))
    with pytest.raises(CheckFailed):  # hidden cases notice it by themselves
        check(target)


@pytest.mark.usefixtures("no_names")
def test_a_generator_is_used_as_it_is():
    """Is a copy of it noticed, which draws the same numbers for the next layer?"""

    class Linear(convkit.Linear):
        def __init__(self, *arguments, rng=None):
            if isinstance(rng, np.random.Generator):
                rng = type(rng)(type(rng.bit_generator)(0))
            super().__init__(*arguments, rng=rng)

    problems = [str(f.message) for f in checking.examine(Linear).findings]
    assert any("made with one Generator" in problem for problem in problems)


def test_what_is_wrong_with_the_generator_is_said():
    said = text_of("Linear", inspect.getsource(classifier).replace("default_rng(", "RandomState("))
    assert "rng is taken for a number" in said


def test_a_dict_of_its_own_is_noticed():
    assert "step makes another dict of network.params" in text_of("SGD", REPLACED_DICT)


def test_where_grads_come_in_another_order_nobody_else_is_blamed():
    source = source_of("grads in another order")
    assert "another order than params" in text_of("SGD", source)
