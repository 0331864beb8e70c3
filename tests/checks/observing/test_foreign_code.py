"""Whatever a learner's code does, it ends as a finding with a message that helps."""

import sys
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks.observing import foreign_code as learner


def failure(target, only=None, cases=()):
    """The report of a check that must fail, in the time that one has."""
    with pytest.raises(CheckFailed) as failed:
        check(target, only=only, cases=cases)
    return failed.value.report


def conv_whose(**methods):
    return type("Conv2d", (convkit.Conv2d,), methods)


def raising(error):
    def method(self, array):
        raise error

    return method


@pytest.mark.usefixtures("capsys")
class TestForward:
    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
            (SystemExit(0), "SystemExit"),
            (KeyboardInterrupt(), "interrupted"),
            (NotImplementedError(), "not written yet"),
            (GeneratorExit(), "GeneratorExit"),
            (RecursionError("maximum recursion depth exceeded"), "calls itself without end"),
            (AttributeError("'Conv2d' object has no attribute 'params'"), "super().__init__()"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
    )
    def test_an_exception_is_told(self, error, says):
        report = failure(conv_whose(forward=raising(error)))
        (finding,) = report.findings
        assert finding.property == "runs"
        assert says in finding.message
        assert report.score == 0

    @pytest.mark.parametrize(
        ("result", "says"),
        [
            (None, "Is there a `return` at the end?"),
            ([[1.0]], "is a list, where a NumPy array is expected"),
            ((np.zeros(3), np.zeros(3)), "is a tuple"),
            ("y", "is a str"),
            (np.array(["a"]), "dtype <U1"),
            (np.array([None]), "dtype object"),
            (np.ones((2, 4, 3, 5)) * 1j, "complex"),
            (3.0, "and has ()"),
            (np.zeros((1, 1)), "y should have shape (2, 4, 3, 5), and has (1, 1)"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_wrong_result_is_told(self, result, says):
        report = failure(conv_whose(forward=lambda self, x: result), only="forward")
        assert says in report.findings[0].message

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda y: y.astype(int), "cuts off fractions"),
            (lambda y: y * np.nan, "NaN in 120 of 120 places"),
            (lambda y: y + np.inf, "infinity in 120 of 120 places"),
        ],
    )
    def test_wrong_numbers_are_told(self, change, says):
        layer = conv_whose(forward=lambda self, x: change(convkit.Conv2d.forward(self, x)))
        assert says in failure(layer, only="forward").findings[0].message

    def test_a_generator_is_told(self):
        def forward(self, x):
            yield x

        assert "`yield`" in failure(conv_whose(forward=forward)).findings[0].message

    def test_the_learners_own_line_is_shown(self):
        source = "class Conv2d(Base):\n    def forward(self, x):\n        return np.dot(x, x)\n"
        names = {"Base": convkit.Conv2d, "np": np}
        exec(compile(source, "<cell>", "exec"), names)
        assert "in line 3" in failure(names["Conv2d"]).findings[0].message

    def test_an_exception_that_cannot_be_shown(self):
        class Odd(Exception):  # noqa: N818
            def __str__(self):
                raise RuntimeError

        assert "raised Odd" in failure(conv_whose(forward=raising(Odd()))).findings[0].message


@pytest.mark.usefixtures("capsys")
class TestOtherPlaces:
    def test_the_constructor(self):
        class Conv2d(convkit.Layer):
            pass

        (finding,) = failure(Conv2d).findings
        assert "The constructor raised TypeError" in finding.message

    def test_a_class_that_is_no_layer(self):
        class Conv2d:
            def __init__(self, *arguments, **options):
                pass

        report = failure(Conv2d)
        assert "'params'" in report.findings[0].message
        assert report.score == 0

    def test_a_name_that_is_no_class(self):
        def Conv2d(*arguments, **options):  # noqa: N802
            return None

        assert failure(Conv2d).score == 0

    def test_backward_alone_when_forward_is_missing(self):
        report = failure(conv_whose(forward=raising(NotImplementedError())), only="backward")
        (finding,) = report.findings
        assert "forward is not written yet" in finding.message
        assert report.score == 0

    def test_an_untouched_exercise_earns_nothing(self):
        raises = raising(NotImplementedError())
        layer = conv_whose(forward=raises, backward=raises)
        assert [failure(layer, only=half).score for half in ("forward", "backward")] == [0, 0]

    def test_a_missing_gradient(self):
        def backward(self, grad_y):
            grad_x = convkit.Conv2d.backward(self, grad_y)
            del self.grads["bias"]
            return grad_x

        report = failure(conv_whose(backward=backward))
        assert 'grads["bias"] is missing.' in report.findings[0].message

    def test_a_backward_that_shares_its_memory_with_the_next_call(self):
        """Is what the code handed out copied at once, before the code may write into it again?"""

        def forward(self, x):
            y = convkit.Conv2d.forward(self, x)
            self.y = y
            return y

        def backward(self, grad_y):
            self.y[:] = 0
            return convkit.Conv2d.backward(self, grad_y)

        assert check(conv_whose(forward=forward, backward=backward)).passed


@pytest.mark.usefixtures("capsys")
class TestTime:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch):
        monkeypatch.setattr(learner, "SECONDS_PER_CALL", 0.2)

    def test_an_endless_loop_is_stopped(self):
        def forward(self, x):
            while True:
                pass

        started = time.monotonic()
        report = failure(conv_whose(forward=forward))
        assert "a loop that never ends" in report.findings[0].message
        assert time.monotonic() - started < 60

    def test_an_endless_loop_that_catches_everything_is_stopped(self):
        def forward(self, x):
            while True:
                try:  # noqa: SIM105 - as a learner would write it
                    time.sleep(0.001)
                except:  # noqa: E722
                    pass

        assert "a loop that never ends" in failure(conv_whose(forward=forward)).findings[0].message

    def test_a_whole_check_has_a_budget(self, monkeypatch):
        """Every call is quick enough, and all of them together are not."""
        monkeypatch.setattr(learner, "SECONDS_PER_CHECK", 0.3)

        def forward(self, x):
            time.sleep(0.1)
            return convkit.Conv2d.forward(self, x)

        started = time.monotonic()
        report = failure(conv_whose(forward=forward))
        assert time.monotonic() - started < 20
        assert "all calls of this check together took 0.3 seconds" in str(report)
        assert report.score < 0.5

    def test_an_endless_backward_does_not_cost_the_forward(self):
        def backward(self, grad_y):
            while True:
                pass

        report = failure(conv_whose(backward=backward))
        groups = {result.group for result in report.results if result.status != "holds"}
        assert groups == {"backward"}

    def test_the_alarm_of_others_is_put_back(self):
        signal = pytest.importorskip("signal")
        if not hasattr(signal, "setitimer"):
            pytest.skip("no timers here")
        before, handler = signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)
        check(convkit.Conv2d)
        after = signal.getitimer(signal.ITIMER_REAL)
        assert signal.getsignal(signal.SIGALRM) is handler
        assert (before[0] > 0) == (after[0] > 0)


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
        "mapping", [None, [], 3, NoEntry(), {"weight": None}, {"weight": "w", "bias": np.ones(1)}]
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


@pytest.mark.usefixtures("capsys")
def test_outside_the_main_thread():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check(convkit.Conv2d)))
    thread.start()
    thread.join()
    assert reports[0].passed


def test_prints_are_kept_for_the_report_and_cut(capsys):
    def forward(self, x):
        print("my shape is", x.shape)
        print("my error", file=sys.stderr)
        print("long " * 10_000)
        return convkit.Conv2d.forward(self, x)

    report = check(conv_whose(forward=forward))
    assert "my shape is (2, 3, 7, 6)" in report.output
    assert "my error" in report.output
    assert len(report.output) < 5_000
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("capsys")
def test_changing_what_check_gave_does_no_harm():
    """Does a layer that writes into its input leave the next check as it was?"""

    def forward(self, x):
        y = convkit.Conv2d.forward(self, x)
        x[:] = 7
        return y

    for _ in range(2):
        report = failure(conv_whose(forward=forward))
        assert [finding.property for finding in report.findings][:1] == ["input unchanged"]
    assert check(convkit.Conv2d).passed


def test_a_forward_that_is_infinite_is_told_so_without_warnings():
    """Warnings are errors here: does the check compute with infinity on its own account?"""

    class Tanh(convkit.Layer):
        def forward(self, x):
            return np.where(x > 0, np.inf, np.tanh(x))

        def backward(self, grad_y):
            return grad_y

    with pytest.raises(CheckFailed, match="not correct yet"):
        check(Tanh)


def test_numpy_is_left_as_it_was():
    """Does code that makes NumPy raise on 0/0 leave the next check alone?"""

    class Tanh(convkit.Tanh):
        def forward(self, x):
            np.seterr(all="raise")
            return super().forward(x)

    before = np.geterr()
    assert check(Tanh).passed
    assert np.geterr() == before
