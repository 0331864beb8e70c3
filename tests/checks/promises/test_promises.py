"""Every promise is asked on every case: a layer that is wrong in one corner only is noticed."""

from dataclasses import replace

import numpy as np
import pytest

import convkit
from convkit import Layer, check
from convkit.checks import checking, examine
from convkit.checks.checking import MODULES, find
from convkit.checks.promises.concept import LayerConcept
from tests.sampling import drawn, one_in

LAYERS = [
    name
    for name in MODULES
    if isinstance(find(name), LayerConcept) and name != "SoftmaxCrossEntropy"
]
FUNCTIONS = ["correlate2d", "convolve2d", "softmax"]
COUNTS = ["dense_parameters", "local_parameters", "conv_parameters"]


@pytest.fixture(autouse=True)
def no_names(monkeypatch):
    """What a mistake is called takes time, and is no matter here."""
    monkeypatch.setattr(checking, "_name", lambda *arguments: None)


def failing(target, cases=()):
    return {r.name for r in examine(target, cases=cases).results if r.status != "holds"}


def wrong_in(corner, name, base, **wrong):
    """``base``, but where ``corner(layer, x)`` holds with the methods of ``wrong``."""

    def forward(self, x):
        self.there = corner(self, x)
        return wrong.get("forward", base.forward)(self, x) if self.there else base.forward(self, x)

    def backward(self, grad_y):
        there = self.there and "backward" in wrong
        return wrong["backward"](self, grad_y) if there else base.backward(self, grad_y)

    return type(name, (base,), {"forward": forward, "backward": backward})


def settings_of(layer, x):
    """What tells a case from the others, whatever the size of its batch."""
    public = {k: v for k, v in vars(layer).items() if isinstance(v, int | float | tuple)}
    public = {k: v for k, v in public.items() if k not in ("_memory", "there", "calls", "first")}
    return x.shape[1:], x.ndim, {k: np.shape(v) for k, v in layer.params.items()}, public


def settings_on(concept, case):
    layer = concept.make(concept.reference, *case.arguments, **case.options)
    return settings_of(layer, case.x)


def mistakes(base):
    """A method, and one that breaks a promise of it."""

    def single(self, x):
        return base.forward(self, x).astype(np.float32)

    def double(self, x):
        return base.forward(self, x).astype(np.float64)

    def writing(self, x):
        y = base.forward(self, x)
        x += 1
        return y

    def counting(self, x):
        self.calls = getattr(self, "calls", 0) + 1
        return base.forward(self, x) * self.calls

    def gradient_in_single(self, grad_y):
        return base.backward(self, grad_y).astype(np.float32)

    def gradient_in_double(self, grad_y):
        return base.backward(self, grad_y).astype(np.float64)

    def writing_back(self, grad_y):
        grad_x = base.backward(self, grad_y)
        grad_y *= 2
        return grad_x

    def adding_up(self, grad_y):
        grad_x = base.backward(self, grad_y)
        before = getattr(self, "before", None)
        self.before = grad_x
        return grad_x if before is None else grad_x + 1

    forward = {"single": single, "double": double, "writing": writing, "counting": counting}
    backward = {
        "gradient in single": gradient_in_single,
        "gradient in double": gradient_in_double,
        "writing back": writing_back,
        "adding up": adding_up,
    }
    return {
        **{id: {"forward": method} for id, method in forward.items()},
        **{id: {"backward": method} for id, method in backward.items()},
    }


@pytest.mark.parametrize("mistake", mistakes(Layer))
@pytest.mark.parametrize("name", LAYERS)
def test_one_visible_case_is_enough(name, mistake):
    """Is a promise asked of each case, though it is broken in no other?"""
    concept = find(name)
    base, wrong = concept.reference, mistakes(concept.reference)[mistake]
    for number in np.random.default_rng(len(mistake)).permutation(len(concept.cases))[:1]:
        case = concept.cases[number]
        there = settings_on(concept, case)
        corner = wrong_in(lambda self, x, at=there: settings_of(self, x) == at, name, base, **wrong)
        assert failing(corner), case.words


@pytest.mark.parametrize("mistake", one_in(4, mistakes(Layer)))
@pytest.mark.parametrize("name", LAYERS)
def test_one_hidden_case_is_enough(name, mistake):
    concept = find(name)
    base, wrong = concept.reference, mistakes(concept.reference)[mistake]
    (case, *_) = cases = drawn(name, 3)
    there = settings_on(concept, case)
    corner = wrong_in(lambda self, x: settings_of(self, x) == there, name, base, **wrong)
    assert failing(corner, cases), case.words


def test_the_corners_are_corners():
    """Would the tests above fail if no promise were asked? Nothing is wrong outside the corner."""
    for name in LAYERS:
        for wrong in list(mistakes(find(name).reference).values())[::4]:
            nowhere = wrong_in(lambda self, x: False, name, find(name).reference, **wrong)
            assert not failing(nowhere)


class SquareWeights(convkit.Conv2d):
    def __init__(self, in_channels, out_channels, kernel_size, *arguments, **options):
        super().__init__(in_channels, out_channels, kernel_size, *arguments, **options)
        height = self.kernel_size[0]
        self.params["weight"] = np.ones((out_channels, height, height, self.kernel_size[1]))


class WholeBias(convkit.Linear):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.params["bias"] = np.zeros(self.params["bias"].shape, int)


@pytest.mark.parametrize(("name", "base"), [("Conv2d", SquareWeights), ("Linear", WholeBias)])
def test_first_parameters(name, base):
    assert "parameters" in failing(type(name, (base,), {}))


class FirstPadded(convkit.Conv2d):
    """Goes on using the first batch where there is padding."""

    def forward(self, x):
        if max(self.padding):
            self.first = x = getattr(self, "first", x)
        return super().forward(x)


class SingleTables(convkit.BatchNorm):
    def forward(self, x):
        y = super().forward(x)
        return y.astype(np.float32) if x.ndim == 2 else y


class DoubleWherePadded(convkit.Conv2d):
    def forward(self, x):
        y = super().forward(x)
        return y.astype(np.float64) if max(self.padding) else y


@pytest.mark.parametrize(
    ("name", "base", "broken"),
    [
        ("Conv2d", FirstPadded, "repeatable"),
        ("Conv2d", DoubleWherePadded, "dtype"),
        ("BatchNorm", SingleTables, "dtype"),
    ],
)
def test_wrong_in_one_corner(name, base, broken):
    assert broken in failing(type(name, (base,), {}))


def sharing(base, *names):
    """``base`` whose attributes of these names are those of the layer made or used last."""
    store = {}

    def read(name):
        return property(
            lambda self: store[name], lambda self, value: store.__setitem__(name, value)
        )

    return type(base.__name__, (base,), {name: read(name) for name in names})


KEPT = [
    (name, what)
    for name in LAYERS
    for what in (["params", "grads"] if find(name).cases[0].params else []) + ["_memory"]
]


@pytest.mark.parametrize(("name", "what"), KEPT)
def test_two_layers_alive_at_once(name, what):
    broken = failing(sharing(find(name).reference, what))
    assert broken & {"two layers", "gradients of two layers"}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Conv2d", ["stride"]),
        ("Conv2d", ["padding"]),
        ("LocallyConnected2d", ["stride"]),
        ("MaxPool2d", ["stride"]),
        ("AvgPool2d", ["kernel_size"]),
        ("BatchNorm", ["eps"]),
        ("LocalContrastNorm2d", ["c"]),
    ],
)
def test_settings_in_the_class(name, settings):
    broken = failing(sharing(find(name).reference, *settings))
    assert broken & {"two layers", "gradients of two layers"}


@pytest.mark.parametrize("name", ["running_mean", "running_var"])
def test_statistics_in_the_class(name):
    assert failing(sharing(convkit.BatchNorm, name)) >= {"batch after batch"}


@pytest.mark.parametrize("base", [convkit.Conv2d, convkit.Linear, convkit.Gain])
def test_params_in_the_class_body(base):
    """The usual `params = {}`, which the next layer overwrites."""
    params = {}

    def init(self, *arguments, **options):
        base.__init__(self, *arguments, **options)
        params.update(self.params)
        self.params = params

    assert "two layers" in failing(type(base.__name__, (base,), {"__init__": init}))


@pytest.mark.parametrize("name", LAYERS)
def test_a_second_backward(name):
    """Is a layer noticed that forgets what it needs in its first backward?"""
    base = find(name).reference

    def backward(self, grad_y):
        grad_x = base.backward(self, grad_y)
        self._memory = None
        return grad_x

    assert failing(type(name, (base,), {"backward": backward})) == {"asked again"}


@pytest.mark.parametrize("method", ["forward", "backward"])
@pytest.mark.parametrize("name", LAYERS)
def test_an_array_that_is_given_again_and_again(name, method):
    """Is a layer noticed whose result overwrites the one that another layer gave before?

    A layer may do so with its own: it is called again when nobody needs that one any more.
    """
    base, arrays = find(name).reference, {}

    def wrong(self, array):
        result = getattr(base, method)(self, array)
        given = arrays.setdefault((result.shape, result.dtype), np.empty_like(result))
        given[...] = result
        return given

    broken = failing(type(name, (base,), {method: wrong}))
    assert ("two layers" if method == "forward" else "gradients of two layers") in broken


def as_if_in_rows(array):
    """What code sees that takes the numbers behind one another in memory for a row."""
    return np.lib.stride_tricks.as_strided(
        array, strides=np.empty(array.shape, array.dtype).strides
    )


@pytest.mark.parametrize("method", ["forward", "backward"])
@pytest.mark.parametrize("name", LAYERS)
def test_numbers_behind_one_another_in_memory_are_no_row(name, method):
    base = find(name).reference

    def wrong(self, array):
        return getattr(base, method)(self, as_if_in_rows(array))

    assert failing(type(name, (base,), {method: wrong}))


def test_a_gradient_whose_flat_view_may_be_a_copy():
    """zeros_like keeps the order in memory: behind a transposed x, reshape(-1) is a copy."""

    def forward(self, x):
        self.x = x
        return convkit.MaxPool2d.forward(self, x)

    def backward(self, grad_y):
        grad_x = np.zeros_like(self.x)
        grad_x.reshape(-1)[:] = convkit.MaxPool2d.backward(self, grad_y).ravel()
        return grad_x

    methods = {"forward": forward, "backward": backward}
    assert failing(type("MaxPool2d", (convkit.MaxPool2d,), methods)) >= {"grad_x"}


@pytest.mark.parametrize("least", [-1, -100, -(10**6)])
def test_a_maximum_that_starts_from_a_number(least):
    def forward(self, x):
        return np.maximum(convkit.MaxPool2d.forward(self, x), x.dtype.type(least))

    wrong = type("MaxPool2d", (convkit.MaxPool2d,), {"forward": forward})
    assert "values" in failing(wrong)


@pytest.mark.parametrize("name", ["ReLU", "Abs"])
def test_large_numbers_are_not_cut_off(name):
    base = getattr(convkit, name)

    def forward(self, x):
        return np.minimum(base.forward(self, x), x.dtype.type(255))

    assert "values" in failing(type(name, (base,), {"forward": forward}))


def function(name, wrong):
    reference = find(name).reference
    calls = []

    def called(*arguments):
        calls.append(arguments)
        return wrong(reference(*arguments), *calls)

    called.__name__ = name
    return called


@pytest.mark.parametrize("name", FUNCTIONS + COUNTS)
def test_a_function_that_remembers(name):
    assert failing(function(name, lambda y, *calls: y + len(calls) // 4)) & {"repeatable"}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_function_of_one_dtype(name, dtype):
    assert failing(function(name, lambda y, *calls: y.astype(dtype))) == {"dtype"}


def test_an_optimizer_whose_velocity_is_shared():
    velocities = {}

    class SGD(convkit.SGD):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            velocities.clear()
            self._velocities = velocities

    assert failing(SGD) == {"two optimizers"}


def test_an_optimizer_in_single_precision():
    class SGD(convkit.SGD):
        def step(self):
            super().step()
            for name, value in self.network.params.items():
                self.network.params[name] = value.astype(np.float32)

    assert "dtype" in failing(SGD)


def test_a_property_of_no_case_is_an_error_of_the_course(monkeypatch):
    concept = find("softmax")
    strayed = [replace(p, where="some logits are very large ") for p in concept.properties]
    monkeypatch.setattr(concept, "properties", [*concept.properties[:2], strayed[2]])
    with pytest.raises(RuntimeError, match="at the course's fault: no case is about"):
        check(convkit.softmax)
