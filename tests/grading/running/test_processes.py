"""Each submission has a process and a core of its own, and gives both back."""

import json
import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from convkit.grading.outcome import GraderError
from convkit.grading.running import processes, submission

TASK = SimpleNamespace(times=SimpleNamespace(submission=60.0))


def tell_core(task, scratch, core, sender):
    """In place of `answer`: says which core it was given, once another has one as well."""
    Path(scratch, str(core)).touch()
    while len(os.listdir(scratch)) < len(os.sched_getaffinity(0)):
        pass
    with sender:
        sender.send_bytes(json.dumps({"error": f"core {core}"}).encode())


def tell_cores(scratch, core, sender):
    submission.answer("no task at all", scratch, core, sender)
    Path(scratch, "cores").write_text(str(os.sched_getaffinity(0)))


def press_ctrl_c(scratch, core, sender):
    """As long as the forkserver's mask holds, before `answer` has begun."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.raise_signal(signal.SIGINT)
    submission.answer("no task at all", scratch, core, sender)


def test_submissions_that_run_at_the_same_time_have_different_cores(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "answer", tell_core)
    monkeypatch.setattr(processes, "encode", lambda task: "")
    started = processes.Processes(tmp_path)
    cores = os.sched_getaffinity(0)

    def given(_):
        with pytest.raises(GraderError) as said:
            started.grade(TASK)
        return str(said.value)

    with ThreadPoolExecutor(len(cores)) as pool:
        assert set(pool.map(given, cores)) == {f"core {core}" for core in cores}
        assert set(pool.map(given, cores)) == {f"core {core}" for core in cores}


def answered(target, folder, core):
    """What a process that does this says, when it has ended."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(str(folder), core, sender))
    process.start()
    sender.close()
    with receiver:
        said = json.loads(receiver.recv_bytes())
    process.join(30)
    return said


def test_a_process_and_all_it_starts_stay_on_their_core(tmp_path):
    core = max(os.sched_getaffinity(0))
    assert "error" in answered(tell_cores, tmp_path, core)
    assert (tmp_path / "cores").read_text() == str({core})


def test_ctrl_c_is_not_heard_even_where_it_came_first(tmp_path):
    assert "JSONDecodeError" in answered(press_ctrl_c, tmp_path, 0)["error"]
