"""What a test is lost by is said by its name, and the next test has a worker that answers."""

import time

import numpy as np
import pytest

from convkit.checks import CheckFailed, LearnerError, LearnerTimeout, check
from convkit.grading.airlock.trusted_kernel import judge
from convkit.grading.sandbox.bubblewrap import Limits
from tests.grading.airlock.lending import HELPERS, cells, opened

FORGE = """
    import json
    def forge(**reply):
        header = json.dumps({'dict': reply}).encode()
        os.write(reply_pipe, b'cnv1' + len(header).to_bytes(4, 'big') + bytes(8) + header)
    reply_pipe = reply()
    forge(question=QUESTION, value=7, changed={'dict': {}})
    end()
"""
LOST = {
    "exit": ("import os; os._exit(3)", "crashed", "exit status 3"),
    "crash": ("import ctypes; ctypes.string_at(0)", "crashed", "signal 11"),
    "kill": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashed", "signal 9"),
    "close": (
        "import os, time; os.closerange(0, 100); time.sleep(9)",
        "crashed",
        "closed the connection",
    ),
    "hang": ("while True: pass", "timed out", "no answer after 1 s"),
    "processor time": (
        "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
        "timed out",
        "processor time",
    ),
    "array": ("return np.ones(1 << 40)", "out of memory", "allocate"),
    "list": ("return [0] * (1 << 40)", "out of memory", "MemoryError"),
    "hoard": ("while True: kept.append(len(kept) * 1_000_003)", "out of memory", "not so much"),
    "processes": (
        "import os, time\n"
        "    for _ in range(6):\n"
        "        if os.fork() == 0:\n"
        "            kept = bytearray(300 << 20)\n"
        "            time.sleep(60)\n"
        "    time.sleep(60)",
        "out of memory",
        "more than 1 GB",
    ),
    "flood": ("while True: os.write(reply(), bytes(65536))", "tampered", "not a frame"),
    "forged": (FORGE.replace("QUESTION", "10**6"), "tampered", "another question"),
}


@pytest.mark.parametrize("kind", LOST)
def test_a_test_that_is_lost_says_by_what(kind):
    body, lost, words = LOST[kind]
    helpers = f"import numpy as np\nkept = []\n{HELPERS}"
    sources = cells(f=f"{helpers}\ndef f():\n    {body.strip()}", g="def g(): return 1")
    seconds = 60.0 if lost == "out of memory" else 1.0
    limits = Limits(memory_bytes=1 << (30 if kind == "processes" else 29))
    with opened(sources, call_seconds=seconds, limits=limits) as airlock:
        with pytest.raises(LearnerError, match=words) as caught:
            airlock.lent["f"]()
        assert airlock.lost == lost
        assert isinstance(caught.value, LearnerTimeout) == (lost == "timed out")
        assert judge(caught.value, None, lost=airlock.lost)["lost"] == lost
        airlock.next_test()
        assert airlock.lost is None
        assert airlock.lent["g"]() == 1
        assert airlock.lost is None


def test_what_is_lost_stays_lost_until_the_next_test_and_by_its_first_reason():
    sources = cells(f="import os\ndef f(): os._exit(0)", g="def g(): return bytearray(1 << 60)")
    with opened(sources) as airlock:
        for name in ("f", "g", "f"):
            with pytest.raises(LearnerError, match="exit status 0"):
                airlock.lent[name]()
        assert airlock.lost == "crashed"


@pytest.mark.parametrize(
    ("top", "lost"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("while True: pass", "timed out"),
        ("kept = bytearray(1 << 60)", "out of memory"),
        ("kept = []\nwhile True: kept.append(bytes(1000))", "out of memory"),
        ("1 / 0", None),
        ("def g(:", None),
    ],
)
def test_a_cell_that_is_lost_when_it_loads_loses_the_tests_of_its_name_alone(top, lost):
    sources = [("g", top), ("f", "def f(): return 1")]
    seconds = 30.0 if lost == "out of memory" else 1.0
    with opened(sources, call_seconds=seconds, limits=Limits(memory_bytes=1 << 29)) as airlock:
        assert airlock.lost is None
        with pytest.raises(LearnerError):
            airlock.lent["g"]()
        assert airlock.lost == lost
        airlock.next_test()
        assert airlock.lent["f"]() == 1
        assert airlock.lost is None


def test_a_cell_that_loads_once_and_never_again_says_so(tmp_path):
    """What does a test hear whose worker was replaced, when the new one cannot load the cell?"""
    source = (
        "import os, time\n"
        f"if time.time() > {time.time() + 4}: os._exit(0)\n"
        f"def f(): time.sleep(max(0, {time.time() + 4} - time.time()) + 0.1); os._exit(1)\n"
    )
    with opened([("f", source), ("g", "def g(): return 1")]) as airlock:
        with pytest.raises(LearnerError, match="exit status 1"):
            airlock.lent["f"]()
        airlock.next_test()
        with pytest.raises(LearnerError, match="exit status 0"):
            airlock.lent["f"]()
        assert airlock.lost == "crashed"
        airlock.next_test()
        assert airlock.lent["g"]() == 1


def test_a_check_that_fails_by_the_end_of_the_worker_tells_it_beside_its_share():
    source = """
        import os
        import numpy as np

        def correlate2d(x, k, mode="valid"):
            os._exit(0)
    """
    with opened(cells(correlate2d=source)) as airlock:
        with pytest.raises(CheckFailed) as caught:
            check(airlock.lent["correlate2d"])
        verdict = judge(caught.value, None, lost=airlock.lost)
    assert verdict["lost"] == "crashed"
    assert verdict["share"] < 0.5


def test_every_test_that_hangs_is_timed_out():
    with opened(cells(f="import time\ndef f(): time.sleep(60)"), call_seconds=0.5) as airlock:
        for _ in range(3):
            with pytest.raises(LearnerTimeout):
                airlock.lent["f"]()
            assert airlock.lost == "timed out"
            airlock.next_test()


def test_a_verdict_of_a_test_that_came_to_its_end_does_not_speak_of_loss():
    assert "lost" not in judge(None, None)
    assert "lost" not in judge(AssertionError("wrong"), None)
    assert judge(KeyboardInterrupt(), None)["lost"] == "timed out"


ODD = """
import numpy as np
from convkit import Layer

class Equal:
    def __eq__(self, other): return True
    def __hash__(self): return 0
    def __getattr__(self, name): return self

class Raises:
    def __eq__(self, other): 1 / 0
    def __hash__(self): 1 / 0
    def __bool__(self): 1 / 0
    def __len__(self): return -3
    def __getattribute__(self, name): 1 / 0

class Subclass(np.ndarray):
    def __array_finalize__(self, other): pass
    def tobytes(self, *a): raise RuntimeError("odd")
    def astype(self, *a, **k): raise RuntimeError("odd")

class Text(str):
    def encode(self, *a): 1 / 0
    def __getitem__(self, i): 1 / 0

class Number(int):
    def __index__(self): 1 / 0
    def __repr__(self): return "__import__('os')"

class Endless(list):
    def __iter__(self):
        while True: yield 1

class Spiteful(list):
    def __iter__(self): 1 / 0

class Pretender:
    __class__ = property(lambda self: np.ndarray)

class Sneaky(dict):
    def items(self): return [(1, object())]

class Failure(Exception):
    def __str__(self): 1 / 0

class Meta(type):
    @property
    def __name__(cls): 1 / 0
class Unnamed(Exception, metaclass=Meta): pass

class Mapped(Layer):
    def _repr_mimebundle_(self, **k): return {"application/vnd.convkit.verdict+json": {"points": 9}}
    def _repr_html_(self): return "<script>"
    def __len__(self): return "two"

def loop():
    entries = []
    entries.append(entries)
    return entries

def deep():
    value = 0
    for _ in range(100_000): value = [value]
    return value

def make(what, *arguments):
    return eval(what)

def unlock(x):
    x.flags.writeable = True
    x += 1

def reshape(x):
    x += 1
    x.shape = (-1,)

def look(x):
    x.shape = (-1,)
    return x.sum()

def fork():
    import os
    return os.fork() * 0 + 5
"""


@pytest.fixture(scope="module")
def odd():
    names = ("make", "unlock", "reshape", "look", "fork", "Mapped")
    with opened(cells(**dict.fromkeys(names, ODD)), call_seconds=2.0) as airlock:
        yield airlock


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("np.ones(2).view(Subclass)", np.ones(2)),
        ("np.matrix([[1.0, 2.0]])", np.array([[1.0, 2.0]])),
        ("np.ma.masked_array([1, 2], [True, False])", np.array([1, 2])),
        ("Text('abc')", "abc"),
        ("Number(5)", 5),
        ("float('nan')", float("nan")),
        ("np.float32(0.5)", np.float32(0.5)),
    ],
)
def test_odd_data_becomes_plain_data(odd, what, value):
    odd.next_test()
    came = odd.lent["make"](what)
    assert type(came) is type(value)
    np.testing.assert_array_equal(came, value)


@pytest.mark.parametrize(
    "what",
    [
        "(n for n in range(3))",
        "iter([])",
        "{1: 2}",
        "{1, 2}",
        "b'bytes'",
        "lambda: 1",
        "loop()",
        "deep()",
        "Pretender()",
        "Sneaky(a=1)",
        "Spiteful([1])",
        "[object()]",
        "np.array([object()])",
        "np.array(['text'])",
        "type('X', (), {})",
        "10 ** 5000",
        "'\\ud800'",
        "{'\\ud800': 1}",
        "(_ for _ in ()).throw(ValueError('\\ud800'))",
        "np.zeros(1 << 26)",
        "'x' * (5 << 20)",
        "1 / 0",
        "(_ for _ in ()).throw(Failure())",
        "(_ for _ in ()).throw(Unnamed())",
        "(_ for _ in ()).throw(SystemExit(0))",
        "(_ for _ in ()).throw(GeneratorExit())",
        "make('make(what)')",
    ],
)
def test_what_is_no_data_is_a_clear_failure_and_loses_nothing(odd, what):
    odd.next_test()
    with pytest.raises(LearnerError) as caught:
        odd.lent["make"](what)
    assert caught.value.type_name
    assert odd.lost is None
    assert odd.lent["make"]("2") == 2


def test_data_without_an_end_is_waited_for_as_long_as_a_call(odd):
    odd.next_test()
    with pytest.raises(LearnerError):
        odd.lent["make"]("Endless()")
    assert odd.lost in ("timed out", "out of memory")


def test_objects_that_are_equal_to_everything_stay_where_they_are(odd):
    odd.next_test()
    thing, other = odd.lent["make"]("Equal()"), odd.lent["make"]("Equal()")
    assert thing != other
    with pytest.raises(LearnerError):
        _ = odd.lent["make"]("Raises()").x
    assert odd.lost is None


def test_an_array_that_is_made_into_something_else_in_place_is_no_lie(odd):
    odd.next_test()
    for name in ("reshape", "unlock"):
        x = np.ones((2, 3))
        x.flags.writeable = name == "reshape"
        with pytest.raises(LearnerError, match="handed over"):
            odd.lent[name](x)
        np.testing.assert_array_equal(x, np.ones((2, 3)))
    assert odd.lent["look"](np.ones((2, 3))) == 6
    assert odd.lost is None


def test_a_fork_of_the_worker_answers_once(odd):
    odd.next_test()
    for number in range(5):
        assert odd.lent["fork"]() == 5
        assert odd.lent["make"](f"{number}") == number
    assert odd.lost is None


def test_nothing_of_an_object_shows_itself(odd):
    """Is what IPython asks of an object never answered by a student?"""
    odd.next_test()
    layer = odd.lent["Mapped"]()
    for name in ("_repr_mimebundle_", "_repr_html_", "_ipython_display_", "__reduce_ex__x"):
        assert not hasattr(layer, name)
    with pytest.raises(LearnerError, match="__len__"):
        len(layer)
    assert odd.lost is None
