"""Each submission has a process and a core of its own, and gives both back."""

import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from convkit.grading import processes, submission
from convkit.grading.job import GraderError

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


def test_a_process_and_all_it_starts_stay_on_their_core(tmp_path):
    core = max(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=tell_cores, args=(str(tmp_path), core, sender))
    process.start()
    sender.close()
    assert "error" in json.loads(receiver.recv_bytes())
    process.join(30)
    assert (tmp_path / "cores").read_text() == str({core})
    receiver.close()
