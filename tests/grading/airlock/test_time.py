"""Every test has its own time, and the airlock alone keeps it."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from convkit.checks import CheckFailed, LearnerTimeout, check
from convkit.checks.observing import foreign_code as learner
from convkit.grading.sandbox.bubblewrap import Sandbox
from tests.grading.airlock.lending import cells, opened


def test_the_time_of_all_calls_of_a_test_is_limited_and_the_next_test_has_its_own():
    busy = "end = time.process_time() + seconds\n    while time.process_time() < end: pass"
    sources = cells(f=f"import time\ndef f(seconds):\n    {busy}\n    return 1")
    with opened(sources, call_seconds=0.5) as airlock:
        for _ in range(2):
            with pytest.raises(LearnerTimeout):
                [airlock.lent["f"](0.3) for _ in range(9)]
            assert airlock.lost == "timed out"
            airlock.next_test()
            assert airlock.lent["f"](0) == 1


def test_what_counts_is_what_the_code_computes_and_not_what_the_machine_does(monkeypatch):
    """Does a worker that is kept from its work, as by others on a busy machine, lose nothing?"""
    busy = "end = time.process_time() + 0.4\n    while time.process_time() < end: pass"
    sources = cells(f=f"import time\ndef f():\n    {busy}\n    return 1")
    started, start = [], Sandbox.start

    def watched(*arguments, **options):
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(Sandbox, "start", watched)
    with opened(sources, call_seconds=1.0) as airlock:
        init = started[0].init
        worker = int(Path(f"/proc/{init}/task/{init}/children").read_text())

        def hold_up():
            for _ in range(6):
                os.kill(worker, signal.SIGSTOP)
                time.sleep(0.3)
                os.kill(worker, signal.SIGCONT)
                time.sleep(0.05)

        holding = threading.Thread(target=hold_up)
        holding.start()
        before = time.monotonic()
        assert airlock.lent["f"]() == 1
        assert time.monotonic() - before > 1.0
        holding.join()


def test_every_hanging_test_waits_for_one_call_and_takes_nothing_from_the_others():
    sources = cells(f="def f():\n    while True: pass", g="def g(): return 1")
    with opened(sources, call_seconds=0.5) as airlock:
        for _ in range(6):  # more than all calls of one test may take
            started = time.monotonic()
            with pytest.raises(LearnerTimeout, match=r"after 0\.5 seconds"):
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
    with opened([("Tanh", endless), ("Flatten", right)], call_seconds=0.5) as airlock:
        started = time.monotonic()
        with pytest.raises(CheckFailed):
            check(airlock.lent["Tanh"])
        assert airlock.lost == "timed out"
        assert time.monotonic() - started < 15
        airlock.next_test()
        assert check(airlock.lent["Flatten"]).passed
        assert airlock.lost is None
