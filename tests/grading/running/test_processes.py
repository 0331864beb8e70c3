"""Each submission has a process and a core of its own, and gives both back."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from convkit.grading.outcome import GraderError
from convkit.grading.running import processes, submission

TASK = SimpleNamespace(times=SimpleNamespace(submission=60.0))


def write(descriptors, error):
    os.write(descriptors[0], json.dumps({"error": error}).encode())


def tell_core(request, descriptors):
    """In place of `answer`: says which core it was given, once another has one as well."""
    _, scratch, core = json.loads(request)
    Path(scratch, f"core-{core}").touch()
    while len(list(Path(scratch).glob("core-*"))) < len(os.sched_getaffinity(0)):
        pass
    write(descriptors, f"core {core}")


def tell_cores(request, descriptors):
    kept = os.dup(descriptors[0])
    submission.answer(request, descriptors)
    os.ftruncate(kept, 0)
    os.lseek(kept, 0, os.SEEK_SET)
    write([kept], str(os.sched_getaffinity(0)))


def press_ctrl_c(request, descriptors):
    signal.raise_signal(signal.SIGINT)
    submission.answer(request, descriptors)


def end(request, descriptors):
    os._exit(3)


@pytest.fixture
def answered(tmp_path, monkeypatch):
    """What a process that does this says of what is no task at all."""
    monkeypatch.setattr(processes, "prepare", lambda *_: None)
    monkeypatch.setattr(processes, "encode", lambda task: "no task at all")

    def answered(does, times=1):
        monkeypatch.setattr(processes, "answer", does)
        started = processes.Processes(tmp_path, tmp_path, "mini", [])

        def given(_):
            with pytest.raises(GraderError) as said:
                started.grade(TASK)
            return str(said.value)

        with ThreadPoolExecutor(times) as pool:
            said = [*pool.map(given, range(times)), *pool.map(given, range(times))]
        started.stop()
        (tmp_path / "forks").unlink()
        return said

    return answered


def test_submissions_that_run_at_the_same_time_have_different_cores(answered):
    cores = os.sched_getaffinity(0)
    said = answered(tell_core, len(cores))
    assert {*said[: len(cores)]} == {f"core {core}" for core in cores}


def test_a_process_and_all_it_starts_stay_on_their_core(answered):
    cores = {str({core}) for core in os.sched_getaffinity(0)}
    assert {*answered(tell_cores)} <= cores


def test_ctrl_c_is_not_heard_even_where_it_came_first(answered):
    assert "JSONDecodeError" in answered(press_ctrl_c)[0]


def test_a_process_that_ends_without_a_word_is_the_graders_fault(answered):
    assert "without a word (status 3)" in answered(end)[0]
