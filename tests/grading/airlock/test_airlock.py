"""No worker can do more than fail a test."""

import os
import textwrap
import time

import numpy as np
import pytest

from convkit.checks import CheckFailed, LearnerError, check
from convkit.grading.airlock import reply
from convkit.grading.airlock.wire import FramingError
from convkit.grading.sandbox.bubblewrap import Sandbox
from tests.grading.airlock.lending import HELPERS, LAYERS, cells, opened


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
