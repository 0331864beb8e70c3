"""What `check` says: verdict, place, reason, score; what it keeps to itself; how it behaves."""

import re
import types

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks import listeners, random_cases
from convkit.checks.checking import MODULES, find
from convkit.checks.naming.misconception import catalogue


def report_of(target, **options):
    try:
        return check(target, **options)
    except CheckFailed as failed:
        return failed.report


def conv_whose(**methods):
    return type("Conv2d", (convkit.Conv2d,), methods)


def statuses(report, group):
    return {r.name: r.status for r in report.results if r.group == group}


def flipped(layer):
    """A right layer with the kernels of ``layer`` turned by half a turn."""
    maps, channels, *kernel_size = layer.params["weight"].shape
    twin = convkit.Conv2d(channels, maps, tuple(kernel_size), layer.stride, layer.padding)
    twin.params = layer.params | {"weight": layer.params["weight"][..., ::-1, ::-1]}
    return twin


def flipped_forward(self, x):
    convkit.Conv2d.forward(self, x)
    return flipped(self).forward(x)


class Flipped(convkit.Conv2d):
    """Convolves with the weights, in both passes: wrong, and consistent."""

    def forward(self, x):
        self.twin = flipped(self)
        return self.twin.forward(x)

    def backward(self, grad_y):
        grad_x = self.twin.backward(grad_y)
        self.grads = self.twin.grads | {"weight": self.twin.grads["weight"][..., ::-1, ::-1]}
        return grad_x


@pytest.mark.usefixtures("capsys")
class TestArguments:
    @pytest.mark.parametrize("target", [3, None, type("Conv3d", (), {}), "Conv3d", np.ones(2)])
    def test_an_unknown_name(self, target):
        with pytest.raises(ValueError, match="target: expected a class or function named one of"):
            check(target)

    @pytest.mark.parametrize("target", [convkit.Conv2d(1, 1, 1), "Conv2d"])
    def test_a_layer_or_a_name_for_the_class(self, target):
        with pytest.raises(ValueError, match=r"hand over the class itself, check\(Conv2d\), got"):
            check(target)

    def test_a_name_for_the_function(self):
        with pytest.raises(ValueError, match=r"hand over the function itself, check\(softmax\)"):
            check("softmax")

    @pytest.mark.parametrize("name", [["Conv2d"], 3, None])
    def test_a_name_that_is_none(self, name):
        target = types.SimpleNamespace(__name__=name)
        with pytest.raises(ValueError, match="target: expected a class or function"):
            check(target)

    @pytest.mark.parametrize(
        ("target", "only"),
        [(convkit.Conv2d, "both"), (convkit.Conv2d, ""), (convkit.correlate2d, "backward")],
    )
    def test_an_unknown_half(self, target, only):
        with pytest.raises(ValueError, match="only: expected 'forward'"):
            check(target, only=only)

    def test_half_a_layer(self):
        forward, backward = (check(convkit.Conv2d, only=h) for h in ("forward", "backward"))
        assert {r.group for r in forward.results} == {"forward"}
        assert {r.group for r in backward.results} == {"backward"}
        whole = check(convkit.Conv2d)
        assert len(whole.results) == len(forward.results) + len(backward.results)


@pytest.mark.usefixtures("capsys")
class TestIndependence:
    def test_a_wrong_forward_does_not_cost_a_right_backward(self):
        layer = conv_whose(forward=flipped_forward)
        assert report_of(layer, only="backward").score == 1
        assert report_of(layer, only="forward").score < 1

    def test_a_backward_of_the_layers_own_forward_is_credited_and_said(self):
        report = report_of(type("Conv2d", (Flipped,), {}))
        assert set(statuses(report, "backward").values()) == {"holds"}
        notes = {r.name: r.note for r in report.results if r.note}
        assert "right for your own forward" in notes["grad_x"]
        assert [f.misconception for f in report.findings] == ["conv2d-forward-flipped"]

    def test_no_credit_for_a_forward_that_forgets_a_parameter(self):
        """Is a zero gradient refused, though the layer's own forward does not use the bias?"""

        def forward(self, x):
            return convkit.Conv2d.forward(self, x) - self.params["bias"][:, None, None]

        def backward(self, grad_y):
            grad_x = convkit.Conv2d.backward(self, grad_y)
            self.grads["bias"] = np.zeros_like(self.grads["bias"])
            return grad_x

        report = report_of(conv_whose(forward=forward, backward=backward), only="backward")
        assert statuses(report, "backward")['grads["bias"]'] == "fails"

    def test_a_forward_and_a_backward_mistake_are_two_findings(self):
        def backward(self, grad_y):
            grad_x = convkit.Conv2d.backward(self, grad_y)
            self.grads["bias"] = self.grads["bias"] / len(grad_y)
            return grad_x

        report = report_of(conv_whose(forward=flipped_forward, backward=backward))
        assert [f.misconception for f in report.findings] == [
            "conv2d-forward-flipped",
            "conv2d-grads-averaged",
        ]

    def test_one_cause_is_one_finding(self):
        id = "conv2d-backward-stride-ignored"
        (entry,) = (each for each in catalogue("convolution", "Conv2d") if each.id == id)
        report = report_of(type("Conv2d", (entry.implementations[0],), {}))
        (finding,) = report.findings
        assert finding.misconception == id
        assert 'grads["weight"]' in finding.message
        assert list(statuses(report, "backward").values()).count("fails") == 2

    @pytest.mark.parametrize("forward", [lambda self, x: x, lambda self, x: np.zeros(3)])
    def test_a_forward_that_does_nothing_earns_next_to_nothing(self, forward):
        assert report_of(conv_whose(forward=forward), only="forward").score <= 0.2

    def test_a_mistake_that_nobody_has_seen_has_no_name(self):
        def backward(self, grad_y):
            grad_x = convkit.Conv2d.backward(self, grad_y)
            return grad_x + np.random.default_rng(0).normal(size=grad_x.shape)

        (finding,) = report_of(conv_whose(backward=backward)).findings
        assert finding.misconception is None
        assert "Why: I don't recognise this mistake." in finding.message


def _sum_of_everything(self, x):
    y = convkit.Conv2d.forward(self, x)
    self.x, total = x, x.sum() + sum(value.sum() for value in self.params.values())
    return np.full_like(y, total)


def _its_gradient(self, grad_y):
    self.grads = {name: np.full_like(v, grad_y.sum()) for name, v in self.params.items()}
    return np.full_like(self.x, grad_y.sum())


@pytest.mark.usefixtures("capsys")
class TestScore:
    """Points follow what was understood."""

    def test_no_points_for_a_sum_of_everything_and_its_own_right_gradient(self):
        layer = conv_whose(forward=_sum_of_everything, backward=_its_gradient)
        cases = random_cases("Conv2d", 0)
        assert report_of(layer, only="forward", cases=cases).score == 0
        assert report_of(layer, only="backward", cases=cases).score < 0.15

    def test_no_points_for_zeros(self):
        def forward(self, x):
            self.x = x
            return np.zeros_like(convkit.Conv2d.forward(self, x))

        def backward(self, grad_y):
            self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}
            return np.zeros_like(self.x)

        layer = conv_whose(forward=forward, backward=backward)
        assert [report_of(layer, only=half).score for half in ("forward", "backward")] == [0, 0]

    def test_one_gradient_of_three_costs_a_third_at_most(self):
        def backward(self, grad_y):
            return 2 * convkit.Conv2d.backward(self, grad_y)

        score = report_of(conv_whose(backward=backward), only="backward").score
        assert score == pytest.approx(2 / 3)

    def test_wrong_on_some_cases_costs_their_share(self):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            return y if self.stride == (1, 1) else 2 * y

        cases = find("Conv2d").cases
        right = sum(set(case.traits) >= {"the stride is 1"} for case in cases)
        score = report_of(conv_whose(forward=forward), only="forward").score
        assert score == pytest.approx(right / len(cases))

    def test_a_promise_that_is_broken_costs_little(self):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            x += 1
            return y

        assert 0.85 < report_of(conv_whose(forward=forward), only="forward").score < 1


@pytest.mark.usefixtures("capsys")
class TestWhere:
    def test_the_worst_place_is_pointed_out(self):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            y[-1, -1, -1, 1:2] += 1000
            return y

        (finding,) = report_of(conv_whose(forward=forward)).findings
        assert "1 of 120 numbers in y is wrong." in finding.message
        place = r"`y\[1, 3, 2, 1\]`: expected (-?[\d.]+), got ([\d.]+)"
        expected, got = map(float, re.search(place, finding.message).groups())
        assert got - expected == pytest.approx(1000, rel=1e-3)

    @pytest.mark.parametrize(
        ("when", "says"),
        [
            (lambda layer, x: len(x) == 1, "the batch is a single image"),
            (lambda layer, x: 0 in layer.padding, "the padding is 0 in some direction"),
            (lambda layer, x: max(layer.padding) == 0, "the padding is 0"),
            (lambda layer, x: max(layer.padding) > 0, "there is padding"),
            (lambda layer, x: layer.stride != (1, 1), "the stride is not 1"),
            (lambda layer, x: layer.stride[0] != layer.stride[1], "the two strides differ"),
            (lambda layer, x: layer.kernel_size[0] != layer.kernel_size[1], "kernel is not square"),
        ],
    )
    def test_the_configuration_is_said(self, when, says):
        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            return 2 * y if when(self, x) else y

        message = report_of(conv_whose(forward=forward), only="forward").findings[0].message
        assert f"It goes wrong only where {says}" in message or f"{says}." in message

    def test_the_configuration_is_said_once(self):
        """Not again where it is the mistake's title."""

        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            return y * np.cos(np.arange(y.size)).reshape(y.shape) if max(self.padding) else y

        message = report_of(conv_whose(forward=forward), only="forward").findings[0].message
        assert message.count("only where there is padding") == 1


@pytest.mark.usefixtures("capsys")
class TestHidden:
    @pytest.mark.parametrize("name", MODULES)
    def test_cases_are_drawn_by_the_seed(self, name):
        one, same, other = (random_cases(name, seed) for seed in (1, 1, 2))
        assert [c.words for c in one] == [c.words for c in same] != [c.words for c in other]
        assert all(case.hidden for case in one)
        assert not any(case.hidden for case in find(name).cases)

    def test_nothing_of_a_hidden_case_is_told(self):
        """Wrong on hidden cases alone, and shouting what it sees: does any of it get out?"""
        cases = random_cases("Conv2d", 5)
        seen = {case.x.shape for case in find("Conv2d").cases}
        probed = {(n, *shape[1:]) for shape in seen for n in (1, 2 * shape[0])}
        probed |= {(n, c, height + 1, width + 2) for n, c, height, width in seen}

        def forward(self, x):
            if x.shape not in seen | probed:
                print("I see", x.shape, x.ravel()[:3])
                raise type(f"Error{x.shape}", (Exception,), {})(f"{x.shape} {x.ravel()[:3]}")
            return convkit.Conv2d.forward(self, x)

        report = report_of(conv_whose(forward=forward), only="forward", cases=cases)
        (finding,) = report.findings
        assert finding.property == "runs"
        assert "a case you cannot see" in finding.message
        assert report.output == ""
        text = str(report)
        for case in cases:
            assert str(case.x.shape) not in text
            assert case.words not in text
        assert "Error(" not in text

    def test_a_visible_failure_is_shown_rather_than_a_hidden_one(self):
        layer = conv_whose(forward=flipped_forward)
        (finding,) = report_of(layer, cases=random_cases("Conv2d", 0)).findings
        assert "Conv2d(in_channels=3" in finding.message
        assert finding.misconception == "conv2d-forward-flipped"


def test_cases_are_asymmetric():
    """Is there no pair of equal sizes behind which a mistake could hide?"""
    for case in find("Conv2d").cases[:4]:
        (n, channels, height, width), (_, maps, rows, columns) = case.x.shape, case.grad_y.shape
        assert n != channels != maps != n
        assert height != width
        assert rows != columns
        assert maps not in (rows, columns), "a bias along the wrong axis would not be seen"
        kernel = case.params["weight"].shape[2:]
        assert kernel[0] != kernel[1]


def test_the_number_of_calls_is_bounded(capsys):
    """A call may have to cross into a sandbox, which is slow."""
    calls = []

    class Dictionary(dict):
        def __getitem__(self, key):
            calls.append("get")
            return super().__getitem__(key)

        def __setitem__(self, key, value):
            calls.append("set")
            super().__setitem__(key, value)

    class Conv2d(Flipped):
        def __init__(self, *arguments, **options):
            calls.append("construct")
            super().__init__(*arguments, **options)
            self.params = Dictionary(self.params)

        def forward(self, x):
            calls.append("forward")
            return super().forward(x)

        def backward(self, grad_y):
            calls.append("backward")
            return super().backward(grad_y)

    report_of(Conv2d)
    own = [call for call in calls if call in ("construct", "forward", "backward")]
    assert len(own) < 60 * len(find("Conv2d").cases)


def test_listeners_are_told(capsys):
    told = []

    def listener(target, report):
        told.append((target, report.passed))

    listeners.append(listener)
    try:
        check(convkit.Conv2d)
        with pytest.raises(CheckFailed):
            check(conv_whose(forward=flipped_forward))
    finally:
        listeners.remove(listener)
    assert [passed for _, passed in told] == [True, False]
