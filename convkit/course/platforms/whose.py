"""Whose work it is that a platform hands over: by numbers, names and groups of the roster."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from convkit.course import CourseError
from convkit.course.platforms.download import HandedIn
from convkit.course.platforms.roster import FILE, Person, plain_name, sections
from convkit.grading.terminal import harmless


@dataclass
class Found:
    """Whose work is whose.

    Attributes:
        by_person: work by id.
        through: who has handed it in, where that was somebody else of a group, by id.
        strangers: work that is nobody's, and what to say of it.
        remarks: what else is to be said.
        without: whether somebody of a group that handed in has nothing.
    """

    by_person: dict[str, HandedIn] = field(default_factory=dict)
    through: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    without: bool = False


def sorted_out(
    handed_in: Sequence[HandedIn], people: Sequence[Person], known: Mapping[str, str]
) -> Found:
    """Say whose each piece of work is.

    A name that two people bear, or that is only nearly right, is nobody's until somebody says so.
    What bears a group's name is its members'. What one of a ``group`` of the roster hands in is the
    group's, but for those who hand in work of their own.

    Args:
        known: ids by names or numbers in the platform.

    Raises:
        CourseError: ``known`` says what cannot be.
    """
    _require(known, handed_in, people)
    register = _Register(people, handed_in)
    found = Found()
    teams = []
    for work in handed_in:
        owner = known.get(work.number) or known.get(work.who) or register.owner(work)
        team = [] if owner and register.is_called(owner, work.who) else register.team(work.who)
        if team:
            teams.append((work, team))
        elif owner is None or owner in found.by_person:
            found.strangers.append(_stranger(work, owner, register.likely(work.who)))
        else:
            found.by_person[owner] = work
            if (
                work.number
                and not register.is_called(owner, work.who)
                and owner not in known.values()
            ):
                found.remarks.append(
                    f"{harmless(owner, 40)} is called {harmless(work.who, 40)} there. If that is a "
                    f"group, write its name into the column group of {FILE} for each of its "
                    "members, and collect again."
                )
    for work, team in teams:
        for each in team:
            if each not in found.by_person:
                found.by_person[each] = work
                found.through[each] = harmless(work.who, 40)
    _share(found, people)
    found.by_person = dict(sorted(found.by_person.items()))
    return found


def _require(
    known: Mapping[str, str], handed_in: Sequence[HandedIn], people: Sequence[Person]
) -> None:
    if wrong := sorted(set(known.values()) - {each.id for each in people}):
        raise CourseError(f"--who: nobody in {FILE} has the id {harmless(wrong[0], 40)!r}.")
    there = Counter(name for work in handed_in for name in {work.who, work.number})
    for name in known:
        if there[name] != 1:
            raise CourseError(
                f"--who: {'two are' if there[name] else 'nobody is'} called {harmless(name, 60)!r} "
                "in the ZIP. Write the number that stands there instead."
            )


class _Register:
    """The roster, as platforms' names are looked up in it."""

    def __init__(self, people: Sequence[Person], handed_in: Sequence[HandedIn]) -> None:
        self._numbers = {each.lms_id: each.id for each in people if each.lms_id}
        self._names: dict[str, set[str]] = {}
        for person in people:
            for name in person.names:
                self._names.setdefault(name, set()).add(person.id)
        self._teams: dict[str, list[str]] = {}
        in_sections = sections(people)
        for person in people:
            for name in {plain_name(each) for each in (person.group, *in_sections[person.id])}:
                self._teams.setdefault(name, []).append(person.id)
        self._before = Counter(plain_name(each) for work in handed_in for each in _before(work.who))

    def owner(self, work: HandedIn) -> str | None:
        """Whose it is, by number, else by a name that one person bears."""
        if work.number in self._numbers:
            return self._numbers[work.number]
        # Moodle may write a group before the name; others have a hyphen in theirs.
        after = [
            work.who[len(group) + 1 :]
            for group in _before(work.who)
            if plain_name(group) in self._teams or self._before[plain_name(group)] > 1
        ]
        for name in (work.who, *after):
            owners = self._names.get(plain_name(name), set())
            if len(owners) == 1:
                return next(iter(owners))
        return None

    def team(self, name: str) -> list[str]:
        return self._teams.get(plain_name(name), []) if plain_name(name) else []

    def is_called(self, person: str, name: str) -> bool:
        """Whether it is the person's name, or there is none in the roster."""
        names = [each for each, owners in self._names.items() if person in owners]
        return not names or any(each in plain_name(name) for each in names)

    def likely(self, name: str) -> str:
        """Whose name it nearly is; "" if nobody's."""
        close = difflib.get_close_matches(plain_name(name), self._names, 1, 0.8)
        return min(self._names[close[0]]) if close else ""


def _before(who: str) -> list[str]:
    """All that stands before a hyphen."""
    return [who[:place] for place, each in enumerate(who) if each == "-"]


def _stranger(work: HandedIn, owner: str | None, likely: str) -> str:
    name = f"{harmless(work.who, 60)} ({work.number})" if work.number else harmless(work.who, 60)
    if owner is not None:
        return (
            f"Not taken: {name} is {harmless(owner, 40)}, of whom there is other work in the ZIP. "
            "Take out of it what does not count."
        )
    guess = f" Is it {harmless(likely, 40)}? Then" if likely else " To say who it is,"
    return (
        f"Not taken: {name} is nobody in {FILE}.{guess} add "
        f"--who '{work.number or harmless(work.who, 60)}={harmless(likely or 'ID', 40)}'."
    )


def _share(found: Found, people: Sequence[Person]) -> None:
    """Give what one of a group has handed in to those who have nothing of their own."""
    for group in sorted({each.group for each in people if each.group}):
        members = [each.id for each in people if each.group == group]
        ours = {each: found.by_person[each] for each in members if each in found.by_person}
        others = [each for each in members if each not in ours]
        versions = {frozenset(work.version) for work in ours.values()}
        if len(versions) == 1:
            first = next(iter(ours))
            for each in others:
                found.by_person[each] = ours[first]
                found.through[each] = found.through.get(first, harmless(first, 40))
        elif versions:
            nothing = f", and {', '.join(others)} nothing" if others else ""
            found.without |= bool(others)
            found.remarks.append(
                f"Group {harmless(group, 40)} has handed in {len(versions)} versions; each has its "
                f"own{nothing}."
            )
