"""A sandbox is in a control group where the host lets one be made, and does without elsewhere."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convkit.cli import main
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder
from convkit.grading.sandbox.control_group import control_group
from convkit.grading.sandbox.doctor import counted
from tests.grading.sandbox.test_bubblewrap import inside

FORKS = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        kept = b"x" * (60 << 20)
        break
time.sleep(30)
"""


@pytest.fixture
def user_session(tmp_path, monkeypatch):
    """Control groups as systemd makes them for a user: files in a folder that is like them."""
    handed_on = {
        ".": "cpu memory pids",
        "user.slice": "memory pids",
        "user.slice/app.slice": "memory pids",
        "user.slice/app.slice/shell.scope": "",
    }
    for name, controllers in handed_on.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "cgroup.subtree_control").write_text(f"{controllers}\n")
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/elsewhere\n0::/user.slice/app.slice/shell.scope\n")
    monkeypatch.setattr("convkit.grading.sandbox.control_group.ROOT", tmp_path)
    monkeypatch.setattr("convkit.grading.sandbox.control_group.OWN", own)
    busy = [True]

    def rmdir(path):
        """As of a group: its files are no hindrance, its last process is for a moment."""
        if busy.pop() if busy else False:
            raise OSError("Device or resource busy")
        shutil.rmtree(path)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    return tmp_path / "user.slice"


def groups(parent):
    return list(parent.rglob("convkit-*"))


def test_it_is_made_beside_the_graders_own_and_gone_afterwards(user_session):
    group = control_group(1 << 30, 64)
    (made,) = groups(user_session)
    assert made.parent.name == "app.slice"
    group.add(1234)
    assert {path.name: path.read_text() for path in made.iterdir()} == {
        "memory.max": str(1 << 30),
        "memory.oom.group": "1",
        "memory.swap.max": "0",
        "pids.max": "64",
        "cgroup.procs": "1234",
    }
    group.remove()
    assert groups(user_session) == []
    group.remove()


@pytest.mark.parametrize("killed", [0, 1])
def test_whether_the_kernel_ended_it_is_known_afterwards(user_session, killed):
    group = control_group(1 << 30, 64)
    assert not group.exceeded
    (made,) = groups(user_session)
    (made / "memory.events").write_text(f"max 7\noom 1\noom_kill {killed}\noom_group_kill 0\n")
    assert group.exceeded == killed
    group.remove()
    assert group.exceeded == killed


def test_where_one_cannot_be_made_it_is_made_further_up_or_not_at_all(user_session, monkeypatch):
    (user_session / "app.slice" / "cgroup.subtree_control").write_text("pids")
    group = control_group(1 << 30, 64)
    assert groups(user_session)[0].parent == user_session
    group.remove()

    def refuse(**_):
        raise PermissionError

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert control_group(1 << 30, 64) is None
    assert not counted().holds


@pytest.mark.parametrize("own", ["4:memory:/session\n", "0::/\n", "0::/../outside\n", ""])
def test_other_hosts_have_none(tmp_path, monkeypatch, own):
    (tmp_path / "own").write_text(own)
    monkeypatch.setattr("convkit.grading.sandbox.control_group.ROOT", tmp_path)
    monkeypatch.setattr("convkit.grading.sandbox.control_group.OWN", tmp_path / "own")
    assert control_group(1 << 30, 64) is None


def test_a_sandbox_is_in_it_before_student_code_runs(user_session):
    with scratch_folder() as scratch:
        confined = Sandbox(scratch).confine(
            [sys.executable, "-c", "print(flush=True); input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        confined.process.stdout.readline()
        (made,) = groups(user_session)
        assert (made / "cgroup.procs").read_text() == str(confined.init)
        (made / "memory.events").write_text("oom_kill 1\n")
        confined.kill()
    assert confined.ending()[0] == "out of memory"
    assert groups(user_session) == []


def test_nothing_runs_in_a_sandbox_before_it_is_limited(monkeypatch):
    limited = []

    def late(self, started, init):
        time.sleep(0.5)
        limit(self, started, init)
        limited.append(time.time())

    limit = Sandbox._limit  # noqa: SLF001
    monkeypatch.setattr(Sandbox, "_limit", late)
    assert inside("import time; print(time.time())") > limited[0]


def test_the_kernel_ends_what_takes_too_much_or_the_doctor_says_that_it_will_not(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    main(["doctor"])
    said = capsys.readouterr().out
    there = control_group(1 << 30, 64)
    if there is None:
        assert f"! {counted().what}" in said
        assert "systemd-run --user --scope" in said
        return
    there.remove()
    assert f"✓ {counted().what}" in said
    monkeypatch.setattr("convkit.grading.sandbox.memory.SECONDS", 60)
    with scratch_folder() as scratch:
        limits = Limits(memory_bytes=200 << 20)
        confined = Sandbox(scratch, limits=limits).confine([sys.executable, "-c", FORKS])
        try:
            confined.process.wait(20)
        finally:
            confined.kill()
    assert confined.ending()[0] == "out of memory"
