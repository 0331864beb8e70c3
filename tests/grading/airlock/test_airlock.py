"""Proxies behave as the student's own objects would, and no worker can do more than fail a test."""

import contextlib
import os
import signal
import textwrap
import time

import numpy as np
import pytest

from convkit import Layer
from convkit.checks import CheckFailed, LearnerError, LearnerTimeout, check, forward_each
from convkit.checks.observing import foreign_code as learner
from convkit.grading.airlock import reply
from convkit.grading.airlock.airlock import WORKER_FILES, Airlock
from convkit.grading.airlock.times import Times
from convkit.grading.airlock.wire import FramingError
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder

LAYERS = '''
import gc

import numpy as np
from convkit import Layer

made = 0


class Scale(Layer):
    """y = scale * x"""

    def __init__(self, channels=1, *, rng=None):
        super().__init__()
        global made
        made += 1
        self.params["scale"] = np.random.default_rng(rng).normal(size=channels)
        self.channels = channels

    def forward(self, x):
        self.x = x
        return self.params["scale"] * x

    def backward(self, grad_y):
        self.grads["scale"] = (self.x * grad_y).sum(0)
        return self.params["scale"] * grad_y

    def made_so_far(self):
        return made

    def alive_now(self):
        return sum(type(each) is Scale for each in gc.get_objects())

    def itself(self):
        return self


class Plain:
    def __init__(self, *layers):
        self.layers = layers
        self.params = {"w": np.ones(2)}

    def __iter__(self):
        return iter(self.layers)

    def __len__(self):
        return len(self.layers)

    def first(self):
        return self.layers[0]


def Maker(n):
    return Scale(n)
'''


LIMITS = Limits()


def cells(**sources):
    """%%implement cells; a class or function may be in the text of another's."""
    return [(name, textwrap.dedent(source)) for name, source in sources.items()]


@contextlib.contextmanager
def opened(sources, names=None, *, call_seconds=5.0, limits=LIMITS):
    names = list(dict.fromkeys(name for name, _ in sources)) if names is None else names
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, readable=WORKER_FILES, limits=limits)
        airlock = Airlock(sources, names, sandbox, times=Times(call=call_seconds))
        try:
            yield airlock
        finally:
            airlock.close()


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


@pytest.mark.parametrize(
    ("body", "type_name"),
    [
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("yield 1", "TypeError"),
        ("return object()", "TypeError"),
        ("return f(x)", "RecursionError"),
        ("input()", "EOFError"),
        ("return 10 ** 5000", "TypeError"),
        ("return np.zeros(1 << 40)", "MemoryError"),
        ("return np.zeros(100_000_000)", "TypeError"),
        ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", "Odd"),
        ("from convkit import Conv2d", "ImportError"),
        ("import convkit.layers.convolution", "ModuleNotFoundError"),
        ("from convkit.mine import other", "ImplementationError"),
    ],
)
def test_odd_endings_are_failures_and_the_worker_goes_on(body, type_name):
    sources = cells(f=f"import numpy as np\ndef f(x):\n    {body}", g="def g(): return 1")
    with opened(sources) as airlock:
        with pytest.raises(LearnerError) as caught:
            airlock.lent["f"](1)
        assert caught.value.type_name == type_name
        assert airlock.lent["g"]() == 1
        assert airlock.worker_number == 1


ENDINGS = {
    "exit": "import os; os._exit(0)",
    "kill": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crash": "import ctypes; ctypes.string_at(0)",
    "closes everything": "import os; os.closerange(0, 100)",
    "floods": "import os\n    while True: os.write(reply(), b'x' * 65536)",
    "promises too much": "import os; os.write(reply(), b'cnv1' + b'\\x7f' * 12); end()",
    "says nonsense": "import os; os.write(reply(), bytes(range(256)) * 4); end()",
    "hangs": "while True: pass",
    "hangs on": "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]\n"
    "    while True: time.sleep(1)",
}
HELPERS = """
import os, time
def reply():
    # The pipes that the worker keeps for itself.
    return max(n for n in map(int, os.listdir('/proc/self/fd')) if n < 20 and is_pipe(n))
def is_pipe(n):
    try:
        return 'pipe' in os.readlink(f'/proc/self/fd/{n}')
    except OSError:
        return False
def end():
    time.sleep(60)
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_worker_that_ends_costs_the_test_that_called_it_and_no_other(ending):
    sources = cells(f=f"{HELPERS}\ndef f():\n    {ENDINGS[ending]}", g="def g(): return 1")
    with opened(sources, call_seconds=1.0) as airlock:
        started = time.monotonic()
        for _ in range(3):
            with pytest.raises(LearnerError):
                airlock.lent["f"]()
        with pytest.raises(LearnerError):
            airlock.lent["g"]()
        assert time.monotonic() - started < 20
        airlock.next_test()
        assert airlock.lent["g"]() == 1


def test_objects_of_a_worker_that_ended_are_gone():
    source = LAYERS.replace(
        "def itself", "def end(self):\n        import os; os._exit(1)\n\n    def itself"
    )
    with opened([("Scale", source)]) as airlock:
        layer = airlock.lent["Scale"](1)
        with pytest.raises(LearnerError, match="exit status 1"):
            layer.end()
        airlock.next_test()
        with pytest.raises(LearnerError, match="gone"):
            layer.forward(np.ones(1))
        assert airlock.lent["Scale"](2).made_so_far() == 1


@pytest.mark.parametrize("top", ["import os; os._exit(0)", "while True: pass", "def g(:", "1 / 0"])
def test_a_cell_that_does_not_load_costs_its_own_name(top):
    sources = [("f", "def f(): return 1"), ("g", top), ("h", "def h(): return 2")]
    with opened(sources, call_seconds=1.0) as airlock:
        assert airlock.lent["f"]() == 1
        assert airlock.lent["h"]() == 2
        with pytest.raises(LearnerError):
            airlock.lent["g"]()


def test_the_last_cell_that_loads_wins():
    sources = [("f", "def f(): return 1"), ("f", "def f(): return 2"), ("f", "def f(:")]
    with opened(sources) as airlock:
        assert airlock.lent["f"]() == 2


def test_a_missing_name_says_so():
    with opened([], names=["f"]) as airlock, pytest.raises(LearnerError, match="%%implement f"):
        airlock.lent["f"](1)


def test_cells_see_each_other_and_nothing_else():
    sources = cells(
        base="def base(x): return x + 1",
        f="from convkit.mine import base\ndef f(x): return base(x) * 2",
        g="def g(): return base(1)",
    )
    with opened(sources, names=["f", "g"]) as airlock:
        assert airlock.lent["f"](1) == 4
        with pytest.raises(LearnerError) as caught:
            airlock.lent["g"]()
        assert caught.value.type_name == "NameError"


def test_the_time_of_all_calls_of_a_test_is_limited_and_the_next_test_has_its_own():
    sources = cells(f="import time\ndef f(seconds): time.sleep(seconds); return 1")
    with opened(sources, call_seconds=1.0) as airlock:
        for _ in range(2):
            with pytest.raises(LearnerTimeout):
                [airlock.lent["f"](0.6) for _ in range(9)]
            assert airlock.lost == "timed out"
            airlock.next_test()
            assert airlock.lent["f"](0) == 1


def test_every_hanging_test_waits_for_one_call_and_takes_nothing_from_the_others():
    sources = cells(f="def f():\n    while True: pass", g="def g(): return 1")
    with opened(sources, call_seconds=1.0) as airlock:
        for _ in range(6):  # more than all calls of one test may take
            started = time.monotonic()
            with pytest.raises(LearnerTimeout, match="after 1 seconds"):
                airlock.lent["f"]()
            assert time.monotonic() - started < 15
            airlock.next_test()
            assert airlock.lent["g"]() == 1


def test_what_loads_slowly_takes_nothing_from_the_calls():
    slow = "import time; time.sleep(0.4)"
    sources = [(name, f"{slow}\ndef {name}(): return 1") for name in "abcdefg"]
    with opened(sources, call_seconds=0.5) as airlock:
        assert [airlock.lent[name]() for name, _ in sources] == [1] * 7


def test_the_time_of_loading_is_limited():
    endless = [("f", f"while True: pass  # {n}") for n in range(20)]
    started = time.monotonic()
    with opened([("g", "def g(): return 1"), *endless], call_seconds=0.2) as airlock:
        assert time.monotonic() - started < 25
        with pytest.raises(LearnerTimeout):
            airlock.lent["f"]()


def test_an_exchange_cut_short_is_never_taken_for_the_next_answer():
    """A test's own alarm may ring in the middle of a call."""
    source = "import time\ndef f(n, wait): time.sleep(wait); return n"
    with opened([("f", source)]) as airlock:

        def ring(number, frame):
            raise InterruptedError

        before = signal.signal(signal.SIGALRM, ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(InterruptedError):
                airlock.lent["f"](1, 1.0)
        finally:
            signal.signal(signal.SIGALRM, before)
        airlock.next_test()
        assert airlock.lent["f"](2, 0.0) == 2


SLOW_ONCE = """
import time
import numpy as np
from convkit import Layer

slept = []

class Flatten(Layer):
    def forward(self, x):
        if not slept:
            slept.append(1)
            time.sleep(SECONDS)
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad_y):
        return grad_y.reshape(self.shape)
"""


def test_while_it_is_open_the_airlock_alone_keeps_time(monkeypatch):
    """A slow call is no endless one, and the check's own alarm does not cut an exchange short."""
    monkeypatch.setattr(learner, "SECONDS_PER_CALL", 0.2)
    monkeypatch.setattr(learner, "_others", 0)  # other tests have airlocks open
    slow = SLOW_ONCE.replace("SECONDS", "0.6")
    with opened([("Flatten", slow)], call_seconds=3.0) as airlock:
        assert check(airlock.lent["Flatten"]).passed
        assert airlock.lost is None
    assert learner.keeps_time()


def test_an_endless_loop_in_a_check_costs_its_own_test(monkeypatch):
    monkeypatch.setattr(learner, "SECONDS_PER_CALL", 0.2)
    endless = SLOW_ONCE.replace("SECONDS", "3600").replace("Flatten", "Tanh")
    right = SLOW_ONCE.replace("SECONDS", "0")
    with opened([("Tanh", endless), ("Flatten", right)], call_seconds=1.0) as airlock:
        started = time.monotonic()
        with pytest.raises(CheckFailed):
            check(airlock.lent["Tanh"])
        assert airlock.lost == "timed out"
        assert time.monotonic() - started < 15
        airlock.next_test()
        assert check(airlock.lent["Flatten"]).passed
        assert airlock.lost is None


def test_an_answer_that_is_too_large_is_called_so():
    """Before it is taken: a check makes many copies of what it is given."""
    with opened(cells(f="import numpy as np\ndef f(n): return np.zeros(n)")) as airlock:
        with pytest.raises(LearnerError, match="too large: the arrays take 48 MB, and 32 MB may"):
            airlock.lent["f"](6 << 20)
        assert airlock.lost is None
        assert len(airlock.lent["f"](3 << 20)) == 3 << 20


def test_names_on_the_trusted_side_do_not_cross():
    with opened(cells(f="def f(x): return x")) as airlock:
        with pytest.raises(TypeError, match="cannot be handed over"):
            airlock.lent["f"](object())
        assert airlock.lent["f"](3) == 3


def test_a_liar_cannot_invent_changes():
    """A forged reply that changes what was never handed over is refused."""
    x = np.ones(2)
    for changed in ({"1": x}, {"0": np.ones(3)}, {"0": x.astype(int)}, {"0": 1}, {"": x}, 5):
        with pytest.raises(FramingError, match=r"came back|lacks"):
            reply.opened({"value": None, "question": 7, "changed": changed}, 7, [x])
    np.testing.assert_array_equal(x, np.ones(2))


def test_no_worker_outlives_its_airlock(monkeypatch):
    start, started = Sandbox.start, []
    monkeypatch.setattr(
        Sandbox, "start", lambda *args, **kws: started.append(start(*args, **kws)) or started[-1]
    )
    with opened(cells(f="import os\ndef f():\n    os.fork() or os.setsid()\n")) as airlock:
        airlock.lent["f"]()
        (confined,) = started
        assert os.path.exists(confined.root)
    confined.process.wait(5)
    assert not os.path.exists(confined.root)


def test_check_treats_a_proxy_as_it_treats_the_class_itself():
    source = """
        import numpy as np

        def correlate2d(x, k, mode="valid"):
            h, w = k.shape
            if mode == "full":
                x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
            if mode == "same":
                x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))
            y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), x.dtype)
            for i in range(y.shape[0]):
                for j in range(y.shape[1]):
                    y[i, j] = (x[i : i + h, j : j + w] * k[::-1, ::-1]).sum()
            return y
    """
    namespace = {}
    exec(textwrap.dedent(source), namespace)
    verdicts = []
    with opened(cells(correlate2d=source)) as airlock:
        for target in (namespace["correlate2d"], airlock.lent["correlate2d"]):
            with pytest.raises(CheckFailed) as caught:
                check(target)
            report = caught.value.report
            verdicts.append(
                (report.score, [(f.property, f.misconception) for f in report.findings])
            )
    assert verdicts[0] == verdicts[1]
    assert verdicts[0][0] < 1
