"""Receivers by chance: finite automata, and what is true of them if every course is gone through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from random import Random
from typing import Any

from steppay_mock import Event

Course = tuple[int, ...]
Measure = tuple[int, int, int]
Ways = dict[tuple[int, int], tuple[int, bool]]
"""For a state and an event the next state, and whether it was accepted."""


@dataclass(slots=True)
class Automaton:
    """A receiver that goes from state to state, and shows of each what is said here."""

    ways: Ways
    shows: list[int]
    does: list[list[str]]
    broken: frozenset[int]
    places: dict[bytes, int]
    state: int = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.state, accepted = self.ways[self.state, self.places[environ["wsgi.input"].read()]]
        start_response("204 No Content" if accepted else "409 Conflict", [])
        return []

    def reset(self) -> None:
        self.state = 0

    def save(self) -> int:
        return self.state

    def restore(self, state: int) -> None:
        self.state = state

    def show(self) -> dict[str, int]:
        return {"shown": self.shows[self.state]}

    def effects(self) -> list[str]:
        return self.does[self.state]

    def holds(self, shown: dict[str, int]) -> bool:
        return shown["shown"] not in self.broken

    @property
    def is_plain(self) -> bool:
        """Whether what it shows is all that matters."""
        return len(set(self.shows)) == len(self.shows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How an automaton is explored."""

    effects: bool = False
    invariant: bool = False
    duplicates: bool = True
    attempts: int = 0
    distance: int | None = None
    everywhere: bool = False


@dataclass(slots=True)
class Truth:
    """What brute force finds: of each kind the measure of the smallest course, and which kinds all events show."""

    is_vacuous: bool
    effective: set[int] = field(default_factory=set)
    """The events that change what is seen in some course of all events."""
    smallest: dict[str, Measure] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Walk:
    """One course: what is seen before it and after each delivery, what was answered, and whether it breaks a rule."""

    trail: tuple[Any, ...]
    accepted: tuple[bool, ...]
    """Of the deliveries of the course; ``answered`` has those that came again too."""
    answered: tuple[bool, ...]
    course: Course
    """What was delivered: the course, and what was refused once more."""
    is_broken: bool
    refused: frozenset[int]
    """The events that were refused to the last."""
    effective: frozenset[int]
    """The events after which something else was seen."""

    @property
    def seen(self) -> Any:
        """What is seen at its end."""
        return self.trail[-1]


def draw(random: Random, events: tuple[Event, ...], *, lossy: bool) -> Automaton:
    """An automaton, at random or nearly right: one that keeps what came, or the newest, and errs here and there."""
    places = range(len(events))
    kind = random.choice(("any", "any", "known", "newest"))
    count = {"any": random.randint(1, 6), "known": 1 << len(events), "newest": len(events) + 1}[kind]
    names = range(count)
    if kind == "any":
        goes = {(one, place): random.randrange(count) for one in names for place in places}
    elif kind == "known":
        goes = {(one, place): one | 1 << place for one in names for place in places}
    else:
        goes = {(one, place): max(one, place + 1) for one in names for place in places}
    for _ in range(random.choice((0, 1, 1, 2, 3)) if kind != "any" else 0):
        goes[random.choice(sorted(goes))] = random.choice(names)
    refusing, stays = random.choice((0.0, 0.0, 0.1, 0.4)), random.random() < 0.7
    ways: Ways = {}
    for (one, place), then in goes.items():
        accepted = random.random() >= refusing
        ways[one, place] = (one if stays and not accepted else then), accepted
    shows = [random.randrange(max(1, count // 2)) for _ in names] if lossy else list(names)
    return Automaton(
        ways=ways,
        shows=shows,
        does=[["mail"] * random.choice((0, 0, 1, 2)) for _ in names],
        broken=frozenset(random.sample(range(count), k=random.choice((0, 1)))) - {shows[0]},
        places={event.body: place for place, event in enumerate(events)},
    )


def judge(one: Automaton, count: int, rules: Rules) -> Truth:
    """Go through every order of every set of events, with no repeat and with each."""
    truth = Truth(len(set(walk(one, tuple(range(count)), rules).trail)) == 1)
    target = min(walk(one, tuple(range(count)), rules).refused, default=None)
    for bits in range(1, 1 << count):
        places = tuple(place for place in range(count) if bits >> place & 1)
        for course in courses(places, duplicates=rules.duplicates):
            if not is_allowed(course, rules):
                continue
            if len(places) == count:  # a bound may let an event change something only where another one is missing
                truth.effective |= walk(one, course, rules).effective
            for kind in kinds(one, course, rules):
                if kind == "refused" and target not in walk(one, course, rules).refused:
                    continue  # the first refusal is made small, not another one
                truth.smallest[kind] = min(truth.smallest.get(kind, (9, 0, 0)), measure(course))
                # A search repeats nothing that comes again by itself, because it was refused.
                refused = rules.attempts and _repeats_refused(one, course, rules)
                if len(places) == count and not refused and is_planned(course, rules):
                    truth.shown.add(kind)
    return truth


def is_allowed(course: Course, rules: Rules) -> bool:
    """Whether no event comes before one that stands further before it than the distance."""
    order = list(dict.fromkeys(course))
    return rules.distance is None or all(
        early - late <= rules.distance for at, early in enumerate(order) for late in order[at:]
    )


def is_planned(course: Course, rules: Rules) -> bool:
    """Whether each copy comes where the bound has it: near its first delivery, or at a point of rest."""
    if rules.distance is None or rules.everywhere:
        return True
    size = rules.distance + 1
    for at, place in enumerate(course):
        came = {*course[:at]}
        rests = came == {*range(len(came))} and (len(came) % size == 0 or len(came) == len({*course}))
        if place in came and max(came) - place > rules.distance and not rests:
            return False
    return True


def kinds(one: Automaton, course: Course, rules: Rules) -> set[str]:
    """In which ways the course fails."""
    places = tuple(sorted(set(course)))
    found, right = walk(one, course, rules), walk(one, places, rules)
    first = dict(zip(places, right.accepted, strict=False))
    told = {"invariant"} if found.is_broken else set()
    if course == places and found.refused:
        told.add("refused")
    if found.seen != right.seen:
        told.add("state")
    if not rules.attempts and any(
        answer is not first[place] and (place not in course[:at] or first[place])
        for at, (place, answer) in enumerate(zip(course, found.accepted, strict=True))
    ):
        told.add("answer")
    return told


def walk(one: Automaton, course: Course, rules: Rules) -> Walk:
    """Deliver the course, and what was refused once more at its end, as often as the rules say."""
    state, answers, waiting, states, delivered = 0, list[bool](), list[int](), [0], list[int]()
    for at, place in enumerate(course):
        state, answer = one.ways[state, place]
        answers.append(answer)
        states.append(state)
        delivered.append(place)
        if not answer and place not in course[:at]:
            waiting.append(place)
    for _ in range(rules.attempts):
        refused, waiting = waiting, []
        for place in refused:
            state, answer = one.ways[state, place]
            answers.append(answer)
            states.append(state)
            delivered.append(place)
            if not answer:
                waiting.append(place)
    trail = tuple((one.shows[state], *(one.does[state] if rules.effects else ())) for state in states)
    is_broken = rules.invariant and any(one.shows[state] in one.broken for state in states[1:])
    effective = frozenset(place for at, place in enumerate(delivered) if trail[at] != trail[at + 1])
    return Walk(
        trail=trail,
        accepted=tuple(answers[: len(course)]),
        answered=tuple(answers),
        course=tuple(delivered),
        is_broken=is_broken,
        refused=frozenset(waiting),
        effective=effective,
    )


def courses(places: Course, *, duplicates: bool) -> Iterator[Course]:
    """Every order of these events, without a repeat and with each at every later place."""
    for order in permutations(places):
        yield order
        for at, place in enumerate(order if duplicates else ()):
            yield from ((*order[:later], place, *order[later:]) for later in range(at + 1, len(order) + 1))


def measure(course: Course) -> Measure:
    """Events, inversions and repeats."""
    pairs = sum(after < here for at, here in enumerate(course) for after in course[at:])
    return len(set(course)), pairs, len(course) - len(set(course))


def _repeats_refused(one: Automaton, course: Course, rules: Rules) -> bool:
    accepted = walk(one, course, rules).accepted
    return any(place in course[:at] and not accepted[course.index(place)] for at, place in enumerate(course))
