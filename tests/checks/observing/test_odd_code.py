"""`check` raises nothing but CheckFailed, whatever comes."""

import random
from contextlib import suppress

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks.checking import MODULES
from tests.checks.observing.test_foreign_code import conv_whose, failure
from tests.sampling import one_in, sampled

SEEDS, FOUND = range(300), [17, 18, 68, 72, 105, 131]
"""Of these it once did raise something else."""


class Shouting(np.ndarray):
    def __array_function__(self, *arguments):
        raise RuntimeError("no function")

    def __array_ufunc__(self, *arguments, **options):
        raise RuntimeError("no ufunc")


class NoEntry(dict):
    def __getitem__(self, key):
        raise RuntimeError("no entry")


def turned_away(self, *arguments):
    raise RuntimeError("no attribute")


ODD = {
    "bool": lambda y: y > 0,
    "int8": lambda y: y.astype(np.int8),
    "uint64": lambda y: np.abs(y).astype(np.uint64),
    "float16": lambda y: y.astype(np.float16),
    "longdouble": lambda y: y.astype(np.longdouble),
    "complex": lambda y: y + 1j,
    "objects": lambda y: y.astype(object),
    "dates": lambda y: y.astype("datetime64[s]"),
    "structured": lambda y: np.zeros(3, [("a", float)]),
    "empty": lambda y: np.zeros((0, *np.shape(y)[1:])),
    "one axis more": lambda y: y[np.newaxis],
    "flat": lambda y: np.ravel(y),
    "a number": lambda y: 3.0,
    "huge numbers": lambda y: y * 1e308 * 1e10,
    "not a number": lambda y: y * np.nan,
    "a billion zeros": lambda y: np.broadcast_to(0.0, (10**6, 10**6)),
    "masked": lambda y: np.ma.masked_array(y, y > 0),
    "matrix": lambda y: np.ravel(y).view(Shouting),
    "none": lambda y: None,
    "itself": lambda y: type,
    "text": lambda y: "\ud800",
}


OTHER_SHAPES = {
    "a column less": lambda y: y[..., :-1],
    "half of it": lambda y: y[: len(y) // 2],
    "axes swapped": lambda y: y.swapaxes(0, -1),
    "twice": lambda y: np.concatenate([y, y]),
    "axes of size 1 dropped": np.squeeze,
    "sums": lambda y: y.sum(axis=0),
    "means": lambda y: y.mean(axis=-1, keepdims=True),
    "a not-a-number": lambda y: np.where(y == y.max(), np.nan, y),
}
LAYERS = [name for name in MODULES if hasattr(getattr(convkit, name), "backward")]


def odd_now_and_then(chance):
    """A layer or an optimizer whose results are odd in some calls, in one way or two."""
    name = chance.choice([*LAYERS, "SGD"])
    base, ways = getattr(convkit, name), list((ODD | OTHER_SHAPES).values())
    ways, share = chance.sample(ways, chance.choice([1, 2])), chance.choice([0.3, 0.6])

    def odd(result):
        result = np.asarray(result)
        return chance.choice(ways)(result) if result.ndim and chance.random() < share else result

    def method(name):
        return lambda *arguments: odd(getattr(base, name)(*arguments))

    def step(self):
        base.step(self)
        for key, value in list(self.network.params.items()):
            self.network.params[key] = odd(value)

    if name == "SGD":
        return type(name, (base,), {"step": step})
    wrong = chance.choice([["forward"], ["backward"], ["forward", "backward"]])
    return type(name, (base,), {each: method(each) for each in wrong})


@pytest.mark.usefixtures("capsys")
class TestOddThings:
    """`check` raises nothing but CheckFailed, whatever comes."""

    @pytest.mark.parametrize("odd", ODD)
    @pytest.mark.parametrize("name", ["ReLU", "SoftmaxCrossEntropy"])
    def test_results(self, name, odd):
        base = getattr(convkit, name)

        def forward(self, *arguments):
            return ODD[odd](base.forward(self, *arguments))

        def backward(self, *arguments):
            return ODD[odd](base.backward(self, *arguments))

        for wrong in ({"forward": forward}, {"backward": backward}):
            with suppress(CheckFailed):
                check(type(name, (base,), wrong))

    @pytest.mark.parametrize("seed", sampled(SEEDS, *FOUND))
    def test_results_that_are_odd_now_and_then(self, seed):
        with suppress(CheckFailed):
            check(odd_now_and_then(random.Random(seed)))

    @pytest.mark.parametrize("odd", ODD)
    def test_gradients_of_parameters(self, odd):
        def backward(self, grad_y):
            grad_x = convkit.Gain.backward(self, grad_y)
            self.grads["gain"] = ODD[odd](self.grads["gain"])
            return grad_x

        with suppress(CheckFailed):
            check(type("Gain", (convkit.Gain,), {"backward": backward}))

    @pytest.mark.parametrize("odd", ODD)
    @pytest.mark.parametrize("name", ["softmax", "conv_parameters"])
    def test_results_of_functions(self, name, odd):
        reference = getattr(convkit, name)

        def function(*arguments):
            return ODD[odd](np.asarray(reference(*arguments)))

        function.__name__ = name
        with suppress(CheckFailed):
            check(function)

    @pytest.mark.parametrize(
        "mapping",
        one_in(
            2,
            [None, {"weight": None}, [], 3, NoEntry(), {"weight": "w", "bias": np.ones(1)}],
            lambda mapping: type(mapping).__name__,
        ),
    )
    @pytest.mark.parametrize("which", ["params", "grads"])
    def test_mappings(self, which, mapping):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            setattr(self, which, mapping)
            return y

        failure(conv_whose(forward=forward))

    @pytest.mark.parametrize("name", ["params", "grads", "forward", "backward"])
    def test_attributes_that_raise(self, name):
        failure(conv_whose(**{name: property(turned_away, lambda self, value: None)}))

    @pytest.mark.parametrize("name", ["eval", "train", "running_mean", "running_var"])
    def test_attributes_of_a_batch_norm_that_raise(self, name):
        odd = {name: property(turned_away, lambda self, value: None)}
        failure(type("BatchNorm", (convkit.BatchNorm,), odd))

    @pytest.mark.parametrize("attribute", ["shape", "dtype", "flags"])
    def test_arrays_that_are_made_into_others(self, attribute):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            if attribute == "shape":
                x.resize((2, 1), refcheck=False)
            elif attribute == "flags":
                x.flags.writeable = False
                x.resize((0,), refcheck=False)
            else:
                x[...] = np.nan
            return y

        failure(conv_whose(forward=forward))

    def test_wrongly_shaped_gradients_that_differ_each_time(self):
        def backward(self, grad_y):
            grad_x = convkit.Conv2d.backward(self, grad_y)
            self.calls = getattr(self, "calls", 0) + 1
            self.grads = {n: np.zeros((self.calls, 2)) for n in self.grads}
            return grad_x

        failure(conv_whose(backward=backward))

    def test_numpy_set_to_raise(self):
        def forward(self, x):
            np.seterr(all="raise")
            return convkit.Conv2d.forward(self, x) * 1e300

        with np.errstate():
            failure(conv_whose(forward=forward))

    def test_text_that_no_stream_can_print(self):
        def forward(self, x):
            print("\ud800")
            raise ValueError("\udfff")

        str(failure(conv_whose(forward=forward))).encode()
