"""Whoever grades a class, and whatever else has to be done there, it is graded the same.

On clusters with a real scheduler and real workers.
"""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.grading.course import SHORT_TIMES, Course, mini_source, write
from tests.grading.mini_submissions import CODE, answered

pytest.importorskip("distributed")
pytestmark = [pytest.mark.course, pytest.mark.timeout(1800)]

ANSWERS = {
    "ann": CODE["double"],
    "ben": "%%implement double\ndef double(x):\n    return x",
    "cem": "%%implement double\nimport os\ndef double(x):\n    os._exit(0)",
    "dia": "%%implement double\ndef double(x):\n    return bytearray(1 << 40)",
    "eve": "%%implement double\ndef double(x):\n    while True: pass",
    "fay": CODE["double"],
    "hal": "%%implement double\nimport time\ndef double(x):\n"
    "    end = time.process_time() + 0.5\n    while time.process_time() < end: pass\n"
    "    return 2 * x",
}
KILLS, SAMPLED = 50, 1
SECONDS_TO_CONNECT = 60


def program(name, *arguments):
    module = f"distributed.cli.dask_{name}"
    return [sys.executable, "-P", "-m", module, "--no-dashboard", "--host", "127.0.0.1", *arguments]


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        self.address = ""
        self.workers = []
        self._left = contextlib.ExitStack()
        # Short: the path of a socket may not be long.
        self.temporary = self._left.enter_context(tempfile.TemporaryDirectory())

    def begin(self):
        self._start(program("scheduler", "--port", "0", "--scheduler-file", self.file))
        deadline = time.monotonic() + SECONDS_TO_CONNECT
        while not self.address:
            assert time.monotonic() < deadline
            time.sleep(0.1)
            with contextlib.suppress(OSError, ValueError):  # it is written meanwhile
                self.address = json.loads(self.file.read_text())["address"]

    def _start(self, command, **environment):
        process = subprocess.Popen(
            command,
            cwd=self.file.parent,
            env=os.environ | {"TMPDIR": self.temporary} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._left.callback(process.wait)
        self._left.callback(process.kill)
        return process

    def worker(self, **environment):
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", self.file.parent)
        self.workers.append(self._start(program("worker", self.address, *options), **environment))

    def stop(self):
        self._left.close()


@pytest.fixture
def machines(tmp_path):
    machines = Machines(tmp_path)
    try:
        machines.begin()
        yield machines
    finally:
        machines.stop()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A class that nobody has graded yet."""
    folder = tmp_path_factory.mktemp("class") / "course"
    course = Course.create(folder, {"mini": mini_source()}, SHORT_TIMES)
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student, double in ANSWERS.items():
        write(answered(course, double), course.submitted("mini", student))
    course.submitted("mini", "fay").with_name("notes.txt").write_text("mine")
    course.submitted("mini", "fay").with_name("link").symlink_to("/etc/passwd")
    (course.folder / "submitted" / "gil" / "mini").mkdir(parents=True)
    (course.folder / "hidden_seed.txt").write_text("a sentence")
    yield course
    shutil.rmtree(course.temporary)


def copy(handed_in, folder):
    return Course(shutil.copytree(handed_in.folder, folder, symlinks=True))


def stored(course):
    """All that is kept of a class: the gradebook, and every file that the graders left."""
    kept = {
        str(path.relative_to(course.folder)): path.read_bytes()
        for path in (course.folder / "autograded").rglob("*")
        if path.is_file()
    }
    return course.outcomes("mini"), course.scores("mini"), kept


@pytest.fixture(scope="module")
def here(handed_in, tmp_path_factory):
    """What is stored when this machine has graded the class by itself."""
    course = copy(handed_in, tmp_path_factory.mktemp("here") / "course")
    assert course.convkit("grade", "mini").returncode == 0
    found = stored(course)
    shutil.rmtree(course.temporary)
    return found


@contextlib.contextmanager
def busy(core, programs):
    """Programs that take whatever they get of a core, on which all that is started runs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    burning = [subprocess.Popen([sys.executable, "-c", "while 1: pass"]) for _ in range(programs)]
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        for program in burning:
            program.kill()
            program.wait()


@pytest.mark.exhaustive
@pytest.mark.parametrize("programs", [3, 8])
def test_a_busy_machine_grades_the_same(handed_in, here, tmp_path, programs):
    course = copy(handed_in, tmp_path / "course")
    with busy(max(os.sched_getaffinity(0)), programs):
        _, said = course.grader("mini").communicate()
    assert stored(course) == here, said
    assert course.outcomes("mini")["hal"][0] == "graded"
    shutil.rmtree(course.temporary)


@pytest.mark.parametrize("kills", [SAMPLED, pytest.param(KILLS, marks=pytest.mark.exhaustive)])
def test_a_cluster_grades_the_same_whichever_of_its_workers_are_killed(
    handed_in, here, machines, tmp_path, kills
):
    chance = random.Random(kills)
    course = copy(handed_in, tmp_path / "course")
    machines.worker()
    machines.worker()
    grader = course.grader("mini", "--scheduler", machines.address)
    left = kills
    while grader.poll() is None:
        time.sleep(chance.uniform(0.5, 4))
        if left:
            machines.workers.pop(chance.randrange(2)).kill()
            machines.worker()
            left -= 1
    _, said = grader.communicate()
    assert grader.returncode == 0, said
    assert left < kills
    assert stored(course) == here
    shutil.rmtree(course.temporary)


@pytest.mark.exhaustive
def test_a_coordinator_that_is_killed_goes_on_where_it_was(handed_in, here, machines, tmp_path):
    course = copy(handed_in, tmp_path / "course")
    machines.worker()
    grader = course.grader("mini", "--scheduler", machines.address)
    while not (course.folder / "autograded").exists():
        assert grader.poll() is None, grader.communicate()
        time.sleep(0.1)
    grader.kill()
    grader.communicate()
    run = course.convkit("grade", "mini", "--scheduler", machines.address)
    assert run.returncode == 0, run.stderr
    assert stored(course) == here
    shutil.rmtree(course.temporary)


@pytest.mark.exhaustive
def test_what_a_killed_worker_left_the_next_one_takes_away(handed_in, machines, tmp_path):
    course = copy(handed_in, tmp_path / "course")

    def seeds():
        return {*Path(machines.temporary).glob("convkit-worker-*/course/hidden_seed.txt")}

    found = []
    for _ in range(2):
        machines.worker()
        ask = ("grade", "mini", "--student", "ann", "--force", "--scheduler", machines.address)
        run = course.convkit(*ask)
        assert run.returncode == 0, run.stderr
        found.append(seeds())
        machines.workers.pop().kill()
    assert [len(each) for each in found] == [1, 1]
    assert not found[0] & seeds()
    shutil.rmtree(course.temporary)


def test_a_worker_without_a_sandbox_refuses_and_says_why(handed_in, machines, tmp_path):
    course = copy(handed_in, tmp_path / "course")
    machines.worker(PATH=str(tmp_path))
    ask = ("grade", "mini", "--student", "ann", "--scheduler", machines.address)
    run = course.convkit(*ask)
    assert run.returncode == 1
    assert "no worker of the cluster grades" in run.stderr
    assert "bubblewrap is installed: no" in run.stderr
    assert course.outcomes("mini") == {}

    machines.worker()
    deadline = time.monotonic() + SECONDS_TO_CONNECT
    while (run := course.convkit(*ask)).returncode and time.monotonic() < deadline:
        pass  # until that worker is there
    assert run.returncode == 0, run.stderr
    assert course.outcomes("mini")["ann"][0] == "graded"
    shutil.rmtree(course.temporary)


def test_no_scheduler_is_said_in_a_line(handed_in, tmp_path):
    course = copy(handed_in, tmp_path / "course")
    run = course.convkit("grade", "mini", "--scheduler", "127.0.0.1:9")
    assert run.returncode == 1
    assert "no scheduler answers at 127.0.0.1:9" in run.stderr
    assert "Traceback" not in run.stderr
    shutil.rmtree(course.temporary)
