"""A kernel that does its worst ends in a run that says so, and takes no more than it may."""

import contextlib
import re
import resource
import time

import pytest

from convkit.grading.running.kernels import KERNEL_FILES, Kernel, KernelError
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder

GIGABYTE = 1 << 30


@contextlib.contextmanager
def started(**limits):
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, readable=KERNEL_FILES, limits=Limits(**limits))
        with Kernel.inside(sandbox) as kernel:
            yield kernel


@pytest.fixture(scope="module")
def kernel():
    with started(memory_bytes=2 * GIGABYTE) as kernel:
        yield kernel


FLOODS = {
    "lines": "while True: print('x' * 1000)",
    "displays": "from IPython.display import HTML, display\n"
    "while True: display(HTML('x' * 4_000_000))",
    "small displays": "while True: display(1)",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_cut_while_it_comes_and_the_next_cell_is_heard(kernel, flood):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = kernel.run(FLOODS[flood], 1.5)
    assert run.outcome == "timed out"
    assert run.cut or flood == "small displays"
    assert sum(len(str(output)) for output in run.outputs) < 3 << 20
    assert kernel.run("print('still here')", 10).outputs[-1].text == "still here\n"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown << 10 < GIGABYTE


def test_neither_side_takes_more_than_one_thread(kernel, tmp_path, monkeypatch):
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    for name in threads:
        monkeypatch.setenv(name, "4")
    with Kernel.beside(tmp_path, tmp_path) as own:
        for side in (kernel, own):
            run = side.run(f"import os; print(*map(os.environ.get, {threads}))", 20)
            assert run.outputs[-1].text == "1 1\n"


def test_a_kernel_has_room_in_the_least_memory_that_one_may_ask_for():
    """A limit counts addresses, too, and a thread may reserve many that it never uses."""
    with started(memory_bytes=4 * GIGABYTE) as kernel:
        status = kernel.run("print(open('/proc/self/status').read())", 20).outputs[0].text
    assert int(re.search(r"VmPeak:\s+(\d+) kB", status)[1]) << 10 < 400 << 20


def test_a_kernel_that_does_not_start_says_how_it_ended():
    with (
        pytest.raises(KernelError, match="does not start: it ended, status 1"),
        started(memory_bytes=200 << 20),
    ):
        pass


def test_all_cells_together_may_say_so_much_and_no_more():
    with started() as kernel:
        kept = [kernel.run("print('x' * 3_000_000)", 10) for _ in range(9)]
    lengths = [sum(len(output.text) for output in run.outputs) for run in kept]
    assert lengths[:8] == [2 << 20] * 8
    assert lengths[8] == 0
    assert all(run.cut for run in kept)


def test_memory_that_is_refused_is_out_of_memory_and_the_kernel_goes_on(kernel):
    assert kernel.run("bytearray(8 << 30)", 10).outcome == "out of memory"
    assert kernel.run("import numpy; numpy.ones(1 << 40)", 10).outcome == "out of memory"
    assert kernel.run("1 / 0", 10).outcome == "error"
    assert not kernel.dead


def test_many_processes_that_take_too_much_together_are_out_of_memory():
    fork = """
        import os, time
        for _ in range(10):
            if os.fork() == 0:
                os.setsid()
                kept = bytearray(150 << 20)
                time.sleep(60)
        time.sleep(60)
    """
    with started(memory_bytes=GIGABYTE) as kernel:
        run = kernel.run(fork.replace("\n        ", "\n"), 50)
        assert run.outcome == "out of memory"
        assert run.seconds < 40
        assert kernel.dead


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("import os; os._exit(0)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "timed out"),
        ("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass", "timed out"),
    ],
)
def test_a_kernel_that_ends_says_how(cell, outcome):
    with started() as kernel:
        began = time.monotonic()
        assert kernel.run(cell, 1).outcome == outcome
        assert kernel.dead
        assert kernel.run("print(1)", 1).outcome != "ok"
        assert time.monotonic() - began < 20


def test_a_kernel_that_closes_its_ears_is_not_waited_for():
    deaf = "import threading\nthreading.Timer(0.2, get_ipython().kernel.shell_stream.close).start()"
    with started() as kernel:
        assert kernel.run(deaf, 10).outcome == "ok"
        time.sleep(0.5)
        began = time.monotonic()
        assert kernel.run("print(1)", 1).outcome in ("timed out", "died")
        assert time.monotonic() - began < 15


LARGE = {
    "display": "from IPython.display import publish_display_data\n"
    "publish_display_data({'application/json': [[]] * 2_000_000})",
    "head": "k = get_ipython().kernel\n"
    "whole = dict(parent=k.get_parent(), metadata={'x': [[]] * 900_000})\n"
    "k.session.send(k.iopub_socket, 'stream', {'name': 'stdout', 'text': 'lost'}, **whole);",
}


@pytest.mark.parametrize("part", LARGE)
def test_what_is_too_large_is_not_even_unpacked(kernel, part, monkeypatch):
    sizes = []
    session = kernel._messages._session  # noqa: SLF001 - nothing else sees what is unpacked
    unpack = session.unpack
    monkeypatch.setattr(session, "unpack", lambda s: sizes.append(len(s)) or unpack(s))
    run = kernel.run(LARGE[part], 20)
    assert run.outcome == "ok"
    assert run.outputs == []
    assert max(sizes) < 1 << 20
    assert kernel.run("print('still here')", 10).outputs[-1].text == "still here\n"


def test_an_error_that_is_too_large_is_one(kernel):
    run = kernel.run("raise ValueError('x' * 6_000_000)", 20)
    assert run.outcome == "error"
    assert "too large" in run.outputs[-1].evalue
