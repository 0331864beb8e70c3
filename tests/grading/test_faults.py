"""Whatever is handed in: its result is exact, nobody else's changes, and the run goes on.

Every fault of `tests.grading.faults` is handed in by a student of a class of good neighbours, and
the class is graded by the real command, once; a sample of them unless the tests are exhaustive.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.grading.course import CANARY, FULL, SHORT_TIMES, Course, mini_source, write
from tests.grading.faults import faults
from tests.grading.faults.attacks import ATTACKS
from tests.grading.faults.code import MARKER
from tests.grading.mini_submissions import answered

pytestmark = [pytest.mark.course, pytest.mark.timeout(3600)]

FAULTS = faults()
NEIGHBOURS = ("0-neighbour", "h-neighbour", "p-neighbour", "zz-neighbour")
LIMITS = SHORT_TIMES + "c.GradeInAirlock.memory_megabytes = 600\n"
SAMPLE = 44
"""One in so many is tried in a run that is not exhaustive."""
MADE_BY_GRADING = ("autograded", "gradebook.db", "feedback", ".convkit-grading")


def state(folder):
    """Every file in a folder but what grading makes: links by where they lead, files by content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] in MADE_BY_GRADING:
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "other"
    return found


def graded_class(folder, tried):
    course = Course.create(folder / "course", {"mini": mini_source()}, LIMITS)
    course.seconds = 3000
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student in NEIGHBOURS:
        write(answered(course), course.submitted("mini", student))
    for fault in tried:
        fault.hand_in(course.submitted("mini", fault.name).parent, answered(course))
    course.before = state(course.folder)
    course.run = course.convkit("grade", "mini")
    course.after = state(course.folder)
    course.left = course.running()
    return course


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    course = graded_class(tmp_path_factory.mktemp("sampled"), FAULTS[::SAMPLE])
    yield course
    shutil.rmtree(course.temporary)


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    others = [fault for number, fault in enumerate(FAULTS) if number % SAMPLE]
    course = graded_class(tmp_path_factory.mktemp("rest"), others)
    yield course
    shutil.rmtree(course.temporary)


CLASSES = ["sampled", pytest.param("rest", marks=pytest.mark.exhaustive)]
EACH = [
    pytest.param(
        fault,
        "rest" if number % SAMPLE else "sampled",
        id=fault.name,
        marks=[pytest.mark.exhaustive] if number % SAMPLE else [],
    )
    for number, fault in enumerate(FAULTS)
]


@pytest.fixture
def course(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(("fault", "course"), EACH, indirect=["course"])
def test_status_and_points_are_exact(fault, course):
    status, reason = course.outcomes("mini")[fault.name]
    assert status == fault.status, reason
    assert bool(reason) == (status != "graded")
    stored = course.scores("mini").get(fault.name)
    if fault.scores is None:
        assert stored is None or set(stored.values()) == {None}
    else:
        assert {name: stored[name] for name in FULL if name != "why"} == {
            name: points for name, points in fault.scores.items() if name != "why"
        }


@pytest.mark.parametrize("course", CLASSES, indirect=True)
class TestAClass:
    def test_the_run_comes_to_its_end(self, course):
        assert course.run.returncode == 0, course.run.stderr
        assert "grader error" not in course.run.stdout.splitlines()[-1]

    def test_neighbours_are_untouched(self, course):
        for student in NEIGHBOURS:
            assert course.outcomes("mini")[student] == ("graded", "")
            assert course.scores("mini")[student] == FULL

    def test_nothing_is_left_running(self, course):
        assert course.left == []

    def test_nothing_is_changed_or_written_outside(self, course):
        assert course.after == course.before
        outside = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), Path("/")]
        assert [place for place in outside if (place / MARKER).exists()] == []
        assert list(course.temporary.iterdir()) == []

    def test_hidden_tests_stay_hidden(self, course):
        assert course.nbgrader("generate_feedback", "mini").returncode == 0
        pages = list((course.folder / "feedback").rglob("*.html"))
        assert len(pages) > len(NEIGHBOURS)
        assert [page for page in pages if CANARY in page.read_text()] == []


def test_there_are_enough_of_them():
    assert len(FAULTS) >= 31 + 40
    assert sum(map(len, ATTACKS.values())) >= 60
    assert min(map(len, ATTACKS.values())) >= 15
