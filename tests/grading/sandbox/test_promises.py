"""Every promise is kept by something: take that away, and its attack succeeds."""

import dataclasses
import os

import pytest

from convkit.grading.sandbox import doctor, memory, seccomp
from convkit.grading.sandbox.bubblewrap import Sandbox
from convkit.grading.sandbox.promises import PROMISES

GRADED_BY = "convkit.grading.sandbox.bubblewrap"


def without_namespace(name):
    def remove(monkeypatch):
        others = tuple(each for each in ("ipc", "pid", "net", "uts") if each != name)
        monkeypatch.setattr(f"{GRADED_BY}._NAMESPACES", others)
        without_limit(memory_bytes=1 << 40)(monkeypatch)  # for what else is then seen to run

    return remove


def without_filter(monkeypatch):
    monkeypatch.setattr(seccomp, "program", lambda: None)


def without_network(monkeypatch):
    without_namespace("net")(monkeypatch)
    without_filter(monkeypatch)  # which lets no such socket be made


def without_limit(**limits):
    """In what is enforced, while the attack is told of the usual one."""

    def remove(monkeypatch):
        def start(scratch, readable, limits):
            return Sandbox(scratch, readable=readable, limits=larger)

        larger = dataclasses.replace(doctor.LIMITS, **limits)
        monkeypatch.setattr(doctor, "Sandbox", start)

    return remove


def with_arguments(change):
    """Of bubblewrap."""

    def remove(monkeypatch):
        usual = Sandbox._bubblewrap  # noqa: SLF001
        monkeypatch.setattr(Sandbox, "_bubblewrap", lambda sandbox: change(usual(sandbox)))

    return remove


def as_root(monkeypatch):
    usual = Sandbox._request  # noqa: SLF001
    monkeypatch.setattr(Sandbox, "_request", lambda *given: usual(*given) | {"uid": 0})


def with_the_course(monkeypatch):
    usual = Sandbox._visible  # noqa: SLF001
    monkeypatch.setattr(Sandbox, "_visible", lambda s: usual(s) | {s.scratch / "secret"})


def with_a_sleeping_watch(monkeypatch):
    monkeypatch.setattr(memory, "SECONDS", 60)


REMOVED = {
    "user": as_root,
    "privileges": without_filter,
    "network": without_network,
    "processes": without_namespace("pid"),
    "environment": with_arguments(lambda given: [each for each in given if each != "--clearenv"]),
    "sockets": without_filter,
    "buffers": without_filter,
    "writing": with_arguments(
        lambda given: [each.replace("--ro-bind", "--bind") for each in given]
    ),
    "course": with_the_course,
    "calls": without_filter,
    "memory": without_limit(memory_bytes=1 << 40),
    "together": with_a_sleeping_watch,
    "files": without_limit(file_bytes=1 << 40),
    "descriptors": without_limit(open_files=512),
    "processor": without_limit(cpu_seconds=10**6),
    "disk": without_limit(disk_bytes=64 << 20),
    "forks": without_limit(processes=512),
}
ROOTS_ALONE = {"user", "privileges"}  # for others a second wall stands behind the first


def succeeds(attack):
    said = doctor.attacked([attack])
    return isinstance(said, tuple) and said[0][attack]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Little memory, for the attack that takes all of it."""
    monkeypatch.setattr(
        doctor, "LIMITS", dataclasses.replace(doctor.LIMITS, memory_bytes=600 << 20)
    )
    monkeypatch.setenv("GRADER_TOKEN", "canary")


def test_no_attack_succeeds():
    tried = [promise.attack for promise in PROMISES if promise.tried]
    succeeded, _ = doctor.attacked(tried)
    assert succeeded == dict.fromkeys(tried, False)
    assert [p.attack for p in PROMISES if not p.tried and succeeds(p.attack)] == []


@pytest.mark.parametrize("attack", [promise.attack for promise in PROMISES])
def test_without_its_protection_an_attack_succeeds(monkeypatch, attack):
    if attack in ROOTS_ALONE and os.geteuid() != 0:
        pytest.skip("as an ordinary user nobody can take that away")
    REMOVED[attack](monkeypatch)
    assert succeeds(attack)
