"""No false word: code that only resembles a known mistake is not said to make it."""

import linecache
import re
import textwrap
from types import ModuleType

import pytest

from convkit.checks.checking import examine
from convkit.checks.saying.wording import number

HEADER = "import numpy as np\nimport convkit\nfrom convkit import Layer\n\n"


def learner(name, source):
    """The class or function of a learner's cell."""
    source = HEADER + textwrap.dedent(source)
    module = ModuleType(name.lower())
    module.__file__ = f"<{name} of {hash(source)}>"
    linecache.cache[module.__file__] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        module.__file__,
    )
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return getattr(module, name)


def text_of(name, source):
    return str(examine(learner(name, source)))


def first(name, source):
    """The id of the first name that is given, without the layer's name."""
    finding = examine(learner(name, source)).findings[0]
    return (finding.misconception or "").removeprefix(f"{name.lower()}-")


INT_FOR_PAIR = {
    "Conv2d": """
    class Conv2d(convkit.Conv2d):
        def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
            super().__init__(in_channels, out_channels, kernel_size, stride, padding, rng=rng)
            kh, kw = kernel_size
    """,
    "MaxPool2d": """
    class MaxPool2d(convkit.MaxPool2d):
        def __init__(self, kernel_size, stride=None):
            super().__init__(kernel_size, stride)
            kh, kw = kernel_size
    """,
    "LocallyConnected2d": """
    class LocallyConnected2d(convkit.LocallyConnected2d):
        def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, rng=None):
            super().__init__(in_channels, out_channels, input_size, kernel_size, stride, rng=rng)
            kh, kw = kernel_size
    """,
}


@pytest.mark.parametrize("name", INT_FOR_PAIR)
def test_an_int_for_a_pair_is_not_a_matter_of_the_batch(name):
    assert "the batch is" not in text_of(name, INT_FOR_PAIR[name])
    assert first(name, INT_FOR_PAIR[name]) == "forward-error-number"


def test_where_a_constructor_fails_can_be_asked_of_backward_alone():
    target = learner("Conv2d", INT_FOR_PAIR["Conv2d"])
    assert "the batch is" not in str(examine(target, only="backward"))


def test_weights_that_are_used_are_not_said_to_be_ignored():
    """The same number added to every weight changes nothing for an x that is centred."""
    source = """
    class Linear(convkit.Linear):
        def forward(self, x):
            return super().forward(x - x.mean(axis=1, keepdims=True))
    """
    assert "are not used" not in text_of("Linear", source)


BIAS_OF_THE_FIRST_MAP = """
class LocallyConnected2d(convkit.LocallyConnected2d):
    def forward(self, x):
        bias = self.params["bias"]
        return super().forward(x) - bias + bias[0]
"""


def test_a_bias_that_differs_from_place_to_place_is_not_said_to_be_the_same_everywhere():
    said = text_of("LocallyConnected2d", BIAS_OF_THE_FIRST_MAP)
    assert "first place" not in said
    assert first("LocallyConnected2d", BIAS_OF_THE_FIRST_MAP) == "forward-bias-other"


def test_another_default_sigma_is_not_a_matter_of_channels():
    source = """
    class LocalContrastNorm2d(convkit.LocalContrastNorm2d):
        def __init__(self, kernel_size=7, sigma=None, c=1e-2):
            super().__init__(kernel_size, sigma or kernel_size / 5, c)
    """
    assert first("LocalContrastNorm2d", source) == "forward-only-sigma-left-out"


SINGLE = {
    "Conv2d": ("forward", "x"),
    "Linear": ("forward", "x"),
    "AvgPool2d": ("forward", "x"),
    "Tanh": ("forward", "x"),
    "BatchNorm": ("forward", "x"),
    "LocalContrastNorm2d": ("forward", "x"),
    "LocallyConnected2d": ("backward", "grad_y"),
    "MaxPool2d": ("backward", "grad_y"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_rounding_is_called_rounding(name):
    method, given = SINGLE[name]
    source = f"""
    class {name}(convkit.{name}):
        def {method}(self, {given}):
            return super().{method}({given}).astype(np.float32).astype({given}.dtype)
    """
    assert first(name, source) == f"{method}-digits-lost"


def test_a_rounded_loss_is_called_rounded():
    source = """
    class SoftmaxCrossEntropy(convkit.SoftmaxCrossEntropy):
        def forward(self, logits, labels):
            return float(np.float32(super().forward(logits, labels)))
    """
    assert first("SoftmaxCrossEntropy", source) == "forward-digits-lost"


@pytest.mark.parametrize("floor", ["1e-9", "1e-7", "1e-5"])
@pytest.mark.parametrize("how", ["p + {}", "np.maximum(p, {0})", "np.clip(p, {0}, 1 - {0})"])
def test_a_floor_under_the_probability_may_have_any_usual_size(floor, how):
    source = f"""
    class SoftmaxCrossEntropy(convkit.SoftmaxCrossEntropy):
        def forward(self, logits, labels):
            super().forward(logits, labels)
            p = convkit.softmax(logits)[np.arange(len(labels)), labels]
            return -np.log({how.format(floor)}).mean()
    """
    assert first("SoftmaxCrossEntropy", source) == "forward-logarithm-floored"


def test_a_line_number_is_the_learners():
    """NumPy's generators are compiled, and give line numbers of sources that are not here."""
    source = """
    class Conv2d(convkit.Conv2d):
        def forward(self, x):
            np.random.default_rng(0).normal(size=-1)
            return super().forward(x)
    """
    assert "in line 8 of your code: `np.random.default_rng(0).normal(size=-1)`" in text_of(
        "Conv2d", source
    )


RAISING = {
    "raise NotImplemented": "no-exception",
    "raise ValueError('only squares')": None,
    "np.random.default_rng(0).choice(3, 5, replace=False)": None,
    "x.itemset(0, 1.0)": "gone",
    "np.float_(1)": "gone",
    "self.kernel": "attribute",
    "[x].shape": "list",
    "x.shape.size": "list",
    "x.tolist()[0, 0]": "list",
    "x[0, 0, 0, 0].sum()[0]": "number",
    "x[0, 0, 0, 0, 0]": "indices",
    "np.array(1.0)[0]": "number",
    "x[len(x)]": "index",
    "x.shape[4]": "index",
    "x[np.ones(50, bool)]": "shapes",
    "np.zeros(-1)": "negative",
    "x[:0].max()": "empty",
    "x[0:(1, 2)]": "no-index",
    "x[1.0]": "no-index",
    "range(3.0)": "float-size",
    "x.transpose(0, 1)": "axes",
    "np.concatenate([x, x[0]])": "shapes",
    "np.zeros(2)[0] = x[0, 0, 0, :2]": "scalar",
    "if x: pass": "truth",
    "np.tile(x, None + 1)": "none",
    "x.shape * 1.5": "list",
    "x.shape // 2": "pair",
    "x.shape()": "not-callable",
    "import math; math.exp(1000)": "overflow",
    "np.zeros(3, np.int64).__iadd__(0.5)": "dtype",
}


@pytest.mark.parametrize("line", RAISING)
def test_an_exception_is_explained_by_what_it_says_or_not_at_all(line):
    source = f"""
    class Conv2d(convkit.Conv2d):
        def forward(self, x):
            {line}
            return super().forward(x)
    """
    (evidence,) = [r.evidence for r in examine(learner("Conv2d", source)).results if r.evidence]
    kind = RAISING[line]
    said = [entry.id.removeprefix("conv2d-forward-error-") for entry in evidence.candidates]
    assert said == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Linear", "np.zeros(17) + np.zeros(19)"),
        ("Gain", "np.zeros(17) + np.zeros(19)"),
        ("SoftmaxCrossEntropy", "np.zeros(17) + np.zeros(19)"),
        ("BatchNorm", "x.ndim == 4 and np.zeros(17) + np.zeros(19)"),
        ("Conv2d", "self.kernel_size[0] != self.kernel_size[1] and np.zeros(7) @ np.zeros((8, 9))"),
    ],
)
def test_an_exception_of_the_same_type_is_not_the_same_mistake(name, line):
    """No name speaks of weights, gains or kernels where other shapes do not fit."""
    given = "self, x" if name != "SoftmaxCrossEntropy" else "self, x, labels"
    source = f"""
    class {name}(convkit.{name}):
        def forward({given}):
            {line}
            return super().forward(x)
    """
    for result in examine(learner(name, source)).results:
        for entry in result.evidence.candidates if result.evidence else ():
            assert "error-shapes" in entry.id or "forward-only-" in entry.id


WRITES_INTO_X = {
    "ReLU": ("self.x[self.x > 0] = 1", "grad_y * (self.x > 0)"),
    "Conv2d": ("self.x *= 2", "super().backward(grad_y)"),
    "MaxPool2d": ("self.x -= 1", "super().backward(grad_y)"),
    "Linear": ("self.x[:] = 0", "super().backward(grad_y)"),
}


@pytest.mark.parametrize("name", WRITES_INTO_X)
def test_a_backward_that_writes_into_the_x_it_kept_is_told_so(name):
    line, result = WRITES_INTO_X[name]
    source = f"""
    class {name}(convkit.{name}):
        def forward(self, x):
            self.x = x
            return super().forward(x.copy())

        def backward(self, grad_y):
            grad_x = {result}
            {line}
            return grad_x
    """
    assert first(name, source) == "backward-changes-input"


LOOPS = """
class {name}(convkit.{name}):
    def forward(self, x):
        self.x = x
        return super().forward(x)

    def backward(self, grad_y):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        N, C, H, W = grad_y.shape
        grad_x = np.zeros(self.x.shape, grad_y.dtype)
        for n in range(N):
            for c in range(C):
{loops}
        return grad_x
"""
ROWS_FIRST = "for i in range(H):\n    for j in range(W):\n"
COLUMNS_FIRST = "for j in range(W):\n    for i in range(H):\n"
BACKWARDS = "for i in range(H)[::-1]:\n    for j in range(W)[::-1]:\n"
SLICES = "a, b = i * sh, j * sw\nwindow = self.x[n, c, a : a + kh, b : b + kw]\n"
MASK = "grad_x[n, c, a : a + kh, b : b + kw] = (window == window.max()) * grad_y[n, c, i, j]\n"
BOOLEAN = "grad_x[n, c, a : a + kh, b : b + kw][window == window.max()] = grad_y[n, c, i, j]\n"
WINNER = (
    "p, q = np.unravel_index(window.argmax(), window.shape)\n"
    "grad_x[n, c, a + p, b + q] = grad_y[n, c, i, j]\n"
)
SHARE = "grad_x[n, c, a : a + kh, b : b + kw] = grad_y[n, c, i, j] / (kh * kw)\n"


@pytest.mark.parametrize("order", [ROWS_FIRST, COLUMNS_FIRST, BACKWARDS])
@pytest.mark.parametrize(
    ("name", "body"),
    [("MaxPool2d", MASK), ("MaxPool2d", BOOLEAN), ("MaxPool2d", WINNER), ("AvgPool2d", SHARE)],
)
def test_poolings_that_assign_where_they_should_add_are_told_so(name, body, order):
    loops = textwrap.indent(order + textwrap.indent(SLICES + body, " " * 8), " " * 16)
    source = LOOPS.format(name=name, loops=loops)
    assert first(name, source) == "backward-assigned"


def test_digits_are_printed_until_two_numbers_differ_and_how_much_they_do():
    source = """
    class Tanh(convkit.Tanh):
        def forward(self, x):
            return np.round(super().forward(x), 6)
    """
    said = text_of("Tanh", source)
    worst = re.search(r"expected (\S+), got (\S+), too (large|small) by (\S+)", said)
    expected, got, sign, difference = worst.groups()
    assert expected != got
    assert (sign == "large") == (float(got) > float(expected))
    assert 0 < float(difference) < 1e-6
    pictured = re.search(r"\[(\S+)\].*\[(\S+)\]", said, re.DOTALL)
    assert pictured[1] != pictured[2]


def test_minus_zero_is_zero():
    assert number(-0.0) == "0"


def test_a_why_belongs_to_the_case_that_is_shown():
    """It divides by 0 where its y has a wrong shape, and misses a key everywhere else."""
    source = """
    class Conv2d(convkit.Conv2d):
        def forward(self, x):
            y = super().forward(x)
            self.odd = self.padding == (0, 0) and self.stride == (1, 1)
            return np.concatenate([y, y], axis=3) if self.odd else y

        def backward(self, grad_y):
            return 1 // 0 if self.odd else {}["weights"]
    """
    results = {result.name: result for result in examine(learner("Conv2d", source)).results}
    evidence = results["backward runs"].evidence
    assert "KeyError" in evidence.text
    assert evidence.candidates[0].id.endswith("error-key")


def test_nan_that_comes_again_is_the_same_again():
    source = """
    def softmax(logits):
        e = np.exp(logits + logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    """
    findings = examine(learner("softmax", source)).findings
    assert [finding.property for finding in findings] == ["stable"]
