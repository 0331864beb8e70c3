"""Kill -9 at any moment: what the gradebook holds then is true, and a second run ends as if nothing
had happened."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time

import pytest
from sqlalchemy.exc import DatabaseError

from tests.grading.course import UNFINISHED, Course, mini_source, write
from tests.grading.mini_submissions import CODE, answered
from tests.sampling import sampled

pytestmark = [pytest.mark.course, pytest.mark.timeout(3600)]

ANSWERS = {
    "ann": CODE["double"],
    "ben": "%%implement double\ndef double(x):\n    return x",
    "cem": "%%implement double\nimport os\ndef double(x):\n    os._exit(0)",
}
KILLS, SAMPLED = 50, 5  # the fifth falls into the midst of a run
SECONDS_TO_END = 30


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """The folder of a class that nobody has graded yet."""
    course = Course.create(tmp_path_factory.mktemp("class") / "course", {"mini": mini_source()})
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student, double in ANSWERS.items():
        write(answered(course, double), course.submitted("mini", student))
    (course.folder / "gradebook.db").unlink()
    shutil.rmtree(course.temporary)
    return course.folder


def new_course(handed_in, folder):
    shutil.copytree(handed_in, folder)
    return Course(folder)


def stored(course):
    """Everything the gradebook says, by student; nothing where there is no table for it yet."""
    scores, outcomes = {}, {}
    with contextlib.suppress(DatabaseError):
        scores = course.scores("mini")
        outcomes = course.outcomes("mini")
    return {student: (outcomes.get(student), scores.get(student)) for student in ANSWERS}


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory):
    """A class that was graded in peace; how long that took is in ``seconds_taken``."""
    course = new_course(handed_in, tmp_path_factory.mktemp("undisturbed") / "course")
    start = time.monotonic()
    assert course.convkit("grade", "mini").returncode == 0
    course.seconds_taken = time.monotonic() - start
    yield course
    shutil.rmtree(course.temporary)


def of_nbgrader(folder):
    """Whether nbgrader was stopped while it made the gradebook: it cleans up after itself alone."""
    return folder.name.startswith("tmp") and set(os.listdir(folder)) <= {"alembic.ini"}


def killed(course, seconds):
    """Start grading and kill it after a while; whether it was still at work."""
    with course.grader("mini") as grader:
        try:
            grader.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            grader.kill()
    return grader.returncode == -signal.SIGKILL


def wait_until_all_has_ended(course):
    deadline = time.monotonic() + SECONDS_TO_END
    while course.running() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert course.running() == []


@pytest.mark.parametrize("seed", sampled(range(KILLS), SAMPLED))
def test_killed_and_resumed_is_as_good_as_undisturbed(handed_in, undisturbed, tmp_path, seed):
    course = new_course(handed_in, tmp_path / "0")
    seconds = random.Random(seed).random() * undisturbed.seconds_taken
    while not killed(course, seconds):  # it was done before: the machine has less to do by now
        shutil.rmtree(course.temporary)
        seconds /= 2
        course = new_course(handed_in, tmp_path / str(seconds))
    wait_until_all_has_ended(course)

    expected = stored(undisturbed)
    if (course.folder / "gradebook.db").exists():
        for student, (outcome, scores) in stored(course).items():
            if outcome in (None, UNFINISHED):
                for test, points in (scores or {}).items():  # some may be stored already
                    assert points in (None, expected[student][1][test])
            else:
                assert (outcome, scores) == expected[student]

    assert course.convkit("grade", "mini").returncode == 0
    assert stored(course) == expected
    assert [path for path in course.temporary.iterdir() if not of_nbgrader(path)] == []
    shutil.rmtree(course.temporary)
