"""Every assignment as a class hands it in: right in many ways, untouched, and wrong in all ways.

What nbgrader writes into its gradebook must be what `tests.kill_table` works out without it. The
network of 08, of which the catalogue knows nothing, has a class of its own.
"""

import copy
import shutil
from dataclasses import dataclass

import pytest

from convkit.checks.naming.misconception import Misconception
from convkit.grading import notebook as nb
from convkit.mine import parse_implementation
from tests.answers import Assignment, assignments, making
from tests.checks.variants import right_variants
from tests.grading.course import TESTS_ALONE, Course, without_pictures, write
from tests.kill_table import entries, kill, sample

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

HOURS = 3 * 3600.0


@dataclass
class Students:
    """A class, as it was graded.

    Attributes:
        right: by student, what each test gave: the solution, the untouched release, and more.
        mistaken: the same, by student.
        mistakes: the entries of the catalogue that each of these hands in.
    """

    home: Assignment
    right: dict[str, dict[str, float]]
    mistaken: dict[str, dict[str, float]]
    mistakes: dict[str, list[Misconception]]


def notebook(source, answers):
    """What nbgrader knows of the source, with these answers in it, by name."""
    made = without_pictures(source)
    for cell in made.cells:
        implemented = parse_implementation(cell.source)
        if implemented and implemented[0] in answers:
            cell.source = f"%%implement {implemented[0]}\n{answers[implemented[0]]}"
    return made


def dealt(home, mistakes):
    """The mistakes by student: each makes several, of which no test asks for two."""
    left = {name: [each for each in mistakes if each.of == name] for name in home.names}
    students = {}
    while any(left.values()):
        asked, hand = set(), []
        for name in sorted(left, key=lambda name: -len(left[name])):
            if left[name] and asked.isdisjoint(home.asking_for(name)):
                asked |= set(home.asking_for(name))
                hand.append(left[name].pop())
        students[f"student-{len(students)}"] = hand
    return students


def offering_convkit(source):
    """The same, for answers that import their mistake from the catalogue."""
    made = copy.deepcopy(source)
    for cell in filter(nb.is_setup, made.cells):
        cell.metadata["tags"] = ["reference"]
    return made


def graded(course, home, assignment, submissions):
    """What each test gives each student, a bonus included."""
    for student, submitted in submissions.items():
        write(submitted, course.submitted(assignment, student))
    run = course.nbgrader("autograde", assignment)
    assert run.returncode == 0, run.stderr
    extra = course.extra_credit(assignment)
    return {
        student: {
            id: extra[student][id] if nb.bonus(test) else scores[id]
            for id, test in home.tests.items()
        }
        for student, scores in course.scores(assignment).items()
    }


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (home, count),
            id=f"{home.name}-{id}",
            marks=[] if count and number == 4 else [pytest.mark.exhaustive],
        )
        for number, home in enumerate(assignments())
        for id, count in [("sample", 1), ("whole", None)]
    ],
)
def students(request, tmp_path_factory):
    """A class with so many right implementations and so many mistakes, or with all there are."""
    home, count = request.param
    plain, mistaken = home.name, f"{home.name}-mistaken"
    sources = {plain: home.source, mistaken: offering_convkit(home.source)}
    course = Course.create(tmp_path_factory.mktemp("class") / "course", sources, TESTS_ALONE)
    course.seconds = HOURS
    for assignment in sources:
        made = course.nbgrader("generate_assignment", assignment)
        assert made.returncode == 0, made.stderr
    right = {
        f"{variant.name}-{variant.id}": notebook(home.source, {variant.name: variant.source})
        for variant in sample([v for name in home.names for v in right_variants(name)], count)
    }
    right |= {"solution": notebook(home.source, {}), "untouched": course.released(plain)}
    mistakes = dealt(
        home, sample([e for name in home.names for e in entries(name).values()], count)
    )
    wrong = {
        student: notebook(sources[mistaken], {each.of: making(each) for each in hand})
        for student, hand in mistakes.items()
    }
    yield Students(
        home,
        graded(course, home, plain, right),
        graded(course, home, mistaken, wrong),
        mistakes,
    )
    shutil.rmtree(course.temporary)


@pytest.mark.timeout(HOURS)
def test_what_is_right_earns_everything_and_the_release_exactly_nothing(students):
    everything = {id: nb.points(test) for id, test in students.home.tests.items()}
    expected = dict.fromkeys(students.right, everything)
    expected["untouched"] = dict.fromkeys(everything, 0.0)
    assert students.right == expected


@pytest.mark.timeout(HOURS)
def test_a_mistake_loses_what_the_kill_table_says_and_nothing_else(students):
    everything = {id: nb.points(test) for id, test in students.home.tests.items()}
    for student, hand in students.mistakes.items():
        earned, expected = students.mistaken[student], dict(everything)
        for entry in hand:
            told = kill(entry.of, entry.id, 0)
            expected |= {test: told.left(test) for test in told.shares}
            assert sum(everything[test] - earned[test] for test in told.shares) > 0.999, entry.id
        assert earned == pytest.approx(expected, abs=1e-9), [entry.id for entry in hand]
