"""What the probe tells of this machine is so, and what is not enough is refused with its cure."""

import os
import sys
from pathlib import Path

import pytest

from convkit.grading.sandbox import doctor, seccomp
from convkit.grading.sandbox.bubblewrap import UNSAFE
from convkit.grading.sandbox.host import SandboxError
from convkit.grading.sandbox.promises import PROMISES
from tests.grading.sandbox.test_bubblewrap import inside

OTHERS = ("ipc", "pid", "uts")


HELD = {promise.attack: promise.sentence for promise in PROMISES if promise.required}


@pytest.fixture(autouse=True)
def _in_no_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fresh_probe():
    doctor.tried.cache_clear()
    yield
    doctor.tried.cache_clear()


def test_this_machine_can_start_it():
    assert {finding.what: finding.cure for finding in doctor.findings() if not finding.holds} == {}
    doctor.require()


@pytest.mark.usefixtures("fresh_probe")
@pytest.mark.parametrize("name", HELD)
def test_what_does_not_hold_is_refused_in_its_own_words(monkeypatch, name):
    held = dict.fromkeys([promise.attack for promise in PROMISES], True)
    monkeypatch.setattr(doctor, "_say", lambda: held | {name: False})
    broken = [finding for finding in doctor.findings() if not finding.holds]
    assert [finding.what for finding in broken] == [HELD[name]]
    assert broken[0].cure
    with pytest.raises(SandboxError, match=HELD[name]):
        doctor.require()


def test_a_course_without_a_seed_of_its_own_may_grade_and_is_told(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    for text, warned in ((None, True), (" \n", True), ("a secret", False)):
        if text is not None:
            (tmp_path / "hidden_seed.txt").write_text(text)
        assert ["hidden_seed.txt" in each for each in doctor.warnings()] == [True] * warned
        doctor.require()


@pytest.mark.usefixtures("fresh_probe")
def test_a_machine_without_a_filter_for_system_calls_may_grade_and_says_so(monkeypatch):
    monkeypatch.setattr(seccomp, "program", lambda: None)
    broken = [finding for finding in doctor.findings() if not finding.holds]
    assert {finding.required for finding in broken} == {False}
    assert "System calls that no exercise needs are refused" in {each.what for each in broken}
    doctor.require()


@pytest.mark.usefixtures("fresh_probe")
def test_a_watch_that_sees_nothing_is_found_out(monkeypatch):
    """Is memory without a limit refused where the system shows nothing of other processes?"""

    def refuse(path):
        raise PermissionError

    monkeypatch.setattr("convkit.grading.sandbox.memory.os.statvfs", refuse)
    with pytest.raises(SandboxError, match=HELD["together"]):
        doctor.require()


@pytest.mark.usefixtures("fresh_probe")
def test_a_sandbox_that_does_not_hold_is_found_out(monkeypatch):
    """Is each thing really tried, and not only said?"""
    monkeypatch.setattr("convkit.grading.sandbox.bubblewrap._NAMESPACES", OTHERS)
    monkeypatch.setattr(seccomp, "program", lambda: None)
    assert HELD["network"] in {each.what for each in doctor.findings() if not each.holds}


@pytest.mark.usefixtures("fresh_probe")
class TestRefusal:
    """Where the sandbox cannot start, is grading refused, with the reason and the cure?"""

    def test_without_bubblewrap(self, monkeypatch):
        monkeypatch.setattr("shutil.which", lambda name: None)
        with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
            doctor.require()

    def test_on_another_system(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(SandboxError, match="grade on a Linux machine") as refusal:
            doctor.require()
        assert doctor.IN_CONTAINER in str(refusal.value)
        said = (Path(__file__).parents[3] / "docs" / "grading.md").read_text(encoding="utf-8")
        assert f"podman run --rm -it {doctor.IN_CONTAINER} \\\n" in said

    @pytest.mark.parametrize(
        ("said", "cure"),
        [
            ("bwrap: No permissions to create new namespace", "userns"),
            ("bwrap: setting up uid map: Permission denied", "apparmor"),
            ("bwrap: Can't mount proc on /newroot/proc", doctor.IN_CONTAINER),
            ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", doctor.IN_CONTAINER),
            ("bwrap: Unknown option --size", "0.8"),
        ],
    )
    def test_when_bubblewrap_fails(self, monkeypatch, tmp_path, said, cure):
        (tmp_path / "bwrap").write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
        (tmp_path / "bwrap").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        with pytest.raises(SandboxError) as refusal:
            doctor.require()
        assert said in str(refusal.value)
        assert cure in str(refusal.value)
        assert UNSAFE in str(refusal.value)

    def test_when_it_ends_after_it_has_begun(self, monkeypatch, tmp_path):
        """What is said of a first process that is gone before anybody looked at it?"""
        script = """#!/bin/sh
sleep 0.5
echo "bwrap: Can't mount proc on /newroot/proc" >&2
exit 1
"""
        (tmp_path / "bwrap").write_text(script)
        (tmp_path / "bwrap").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        with pytest.raises(SandboxError, match="unmask=ALL"):
            doctor.require()

    def test_unless_it_is_allowed_in_so_many_words(self, monkeypatch):
        monkeypatch.setattr("shutil.which", lambda name: None)
        monkeypatch.setenv(UNSAFE, "1")
        doctor.require()
        assert inside("import os; print(os.getcwd().endswith('work') * 1)") == 1
        told = [finding for finding in doctor.findings() if "unset" in finding.cure]
        assert [finding.required for finding in told] == [False]
        monkeypatch.setenv(UNSAFE, "yes")
        with pytest.raises(SandboxError):
            doctor.require()
