"""Delivers a whole course from the beginning, and retries the refused events at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import tell_answer
from steppay_mock.ordering.receiver.run import Run

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.receiver.driver import Driver


def follow(
    driver: Driver, course: Course, *, together: tuple[int, ...] = (), held: bool = False, judging: bool = True
) -> Run:
    """Deliver a whole course from the beginning, then retry the refused events.

    The deliveries at the positions ``together``, which are neighbours, are in flight at once. ``held``: the REST API
    holds what the first of them asks until the others have their answers. ``judging``: the run ends as soon as the
    invariant is broken.
    """
    driver.begin()
    seen = [driver.here]
    answers: list[Answer] = []
    accepted: list[bool] = []
    waiting: list[int] = []
    broken: str | None = None
    was_held = False
    for places in _flights(course, together):
        before = driver.course
        if len(places) == 1:
            given: tuple[Answer, ...] = (driver.deliver(places[0]),)
        else:
            flight = driver.deliver_together(places, held=held)
            given, was_held = flight.answers, flight.certain
        answers += given
        taken = [driver.accepts(place, answer) for place, answer in zip(places, given, strict=True)]
        accepted += taken
        seen.append(driver.look())
        # An event waits for its retry once. It does not wait if a copy came before (which was accepted, or waits
        # already) or if a copy in the same flight was accepted: a retry would then be one more duplicate.
        known = {*before, *(place for place, was_taken in zip(places, taken, strict=True) if was_taken)}
        waiting += [place for place in dict.fromkeys(places) if place not in known]
        if judging and (broken := driver.broken(seen[-1])) is not None:
            break
    if broken is None:
        for place, answer, number in deliver_refused(driver, waiting):
            answers.append(answer)
            accepted.append(driver.accepts(place, answer))
            seen.append(number)
            if judging and (broken := driver.broken(number)) is not None:
                break
    state, effects = driver.states[seen[-1]]
    return Run(
        course=driver.course,
        answers=tuple(tell_answer(answer, accepted=taken) for answer, taken in zip(answers, accepted, strict=True)),
        accepted=tuple(accepted),
        exceptions=tuple(answer.exception for answer in answers),
        state=state,
        effects=effects,
        broken=broken,
        # After a flight only the sum of its deliveries shows in the state, so a trail would blame the wrong one.
        trail=() if together else tuple(driver.states[number].state for number in seen),
        together=together,
        ids=driver.ids,
        held=was_held,
    )


def deliver_refused(driver: Driver, waiting: Iterable[int]) -> Iterator[tuple[int, Answer, int]]:
    """Retry the refused events in rounds, as often as ``retries=`` says: place, answer and state after each.

    A round delivers what the round before refused, in the same order. This models delays that are longer than the
    story. Nothing is waited for.
    """
    left = list(waiting)
    for _ in range(driver.attempts):
        refused, left = left, []
        for place in refused:
            answer = driver.deliver(place)
            if not driver.accepts(place, answer):
                left.append(place)
            yield place, answer, driver.look()


def _flights(course: Course, together: tuple[int, ...]) -> Iterator[Course]:
    """The deliveries in order: one at a time, and those of ``together`` as one flight."""
    for at, place in enumerate(course):
        if at not in together:
            yield (place,)
        elif at == together[0]:
            yield tuple(course[one] for one in together)
