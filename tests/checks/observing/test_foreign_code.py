"""Whatever a learner's code does, it ends as a finding with a message that helps."""

import sys
import threading
import time

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


def conv_with(line):
    """A `Conv2d` whose forward returns this, in line 3 of a learner's cell."""
    source = f"class Conv2d(Base):\n    def forward(self, x):\n        return {line}\n"
    names = {"Base": convkit.Conv2d, "np": np}
    exec(compile(source, "<cell>", "exec"), names)
    return names["Conv2d"]


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

    @pytest.mark.parametrize("line", ["np.dot(x, x)", "super().forward(x[0])"])
    def test_the_learners_own_line_is_shown(self, line):
        assert "in line 3 of your code" in failure(conv_with(line)).findings[0].message

    @pytest.mark.parametrize("deeper", range(4))
    def test_the_learners_own_line_is_shown_wherever_the_stack_ends(self, deeper):
        """In the learner's forward, or in the line of convkit's that calls it."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + deeper)
        try:
            message = failure(conv_with("self(x)")).findings[0].message
        finally:
            sys.setrecursionlimit(limit)
        assert "in line 3 of your code" in message

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

    def test_an_alarm_on_the_way_back_leaves_no_alarm_behind(self, monkeypatch):
        """It rings again and again; on a busy machine also while the first one is dealt with."""
        signal = pytest.importorskip("signal")
        ring, output = signal.setitimer, learner.Output()
        before = signal.getsignal(signal.SIGALRM)
        monkeypatch.setattr(learner, "SECONDS_PER_CALL", 0.005)
        monkeypatch.setattr(
            signal, "setitimer", lambda which, seconds, _=0.0: ring(which, seconds, 1e-4)
        )

        def endless():
            while True:
                pass

        for _ in range(100):
            with pytest.raises(learner.LearnerTimeout):
                learner.run(endless, output=output)
            assert signal.getsignal(signal.SIGALRM) is before

    def test_the_alarm_of_others_is_put_back(self):
        signal = pytest.importorskip("signal")
        if not hasattr(signal, "setitimer"):
            pytest.skip("no timers here")
        before, handler = signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)
        check(convkit.Conv2d)
        after = signal.getitimer(signal.ITIMER_REAL)
        assert signal.getsignal(signal.SIGALRM) is handler
        assert (before[0] > 0) == (after[0] > 0)


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
