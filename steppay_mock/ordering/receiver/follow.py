"""Delivers a whole course from the beginning, and what is refused once more at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import tell_answer
from steppay_mock.ordering.receiver.run import Run

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.receiver.subject import Subject


def follow(
    subject: Subject, course: Course, together: tuple[int, ...], *, held: bool, attempts: int, judging: bool
) -> Run:
    """Deliver it, and tell what became of it; where it is ``judging`` it ends where the invariant is broken."""
    subject.begin()
    seen = [subject.here]
    answers: list[Answer] = []
    accepted: list[bool] = []
    waiting: list[int] = []
    broken: str | None = None
    was_held = False
    for places in _flights(course, together):
        before = subject.course
        if len(places) == 1:
            given: tuple[Answer, ...] = (subject.deliver(places[0]),)
        else:
            flight = subject.deliver_together(places, held=held)
            given, was_held = flight.answers, flight.certain
        answers += given
        taken = [subject.accepts(place, answer) for place, answer in zip(places, given, strict=True)]
        accepted += taken
        seen.append(subject.look())
        known = {*before, *(place for place, was_taken in zip(places, taken, strict=True) if was_taken)}
        waiting += [place for place in dict.fromkeys(places) if place not in known]
        if judging and (broken := subject.broken(seen[-1])) is not None:
            break
    if broken is None:
        for place, answer, number in deliver_refused(subject, waiting, attempts=attempts):
            answers.append(answer)
            accepted.append(subject.accepts(place, answer))
            seen.append(number)
            if judging and (broken := subject.broken(number)) is not None:
                break
    state, effects = subject.states[seen[-1]]
    return Run(
        course=subject.course,
        answers=tuple(tell_answer(answer, accepted=taken) for answer, taken in zip(answers, accepted, strict=True)),
        accepted=tuple(accepted),
        exceptions=tuple(answer.exception for answer in answers),
        state=state,
        effects=effects,
        broken=broken,
        trail=() if together else tuple(subject.states[number].state for number in seen),  # nobody saw which did what
        together=together,
        ids=subject.ids,
        held=was_held,
    )


def deliver_refused(subject: Subject, waiting: Iterable[int], *, attempts: int) -> Iterator[tuple[int, Answer, int]]:
    """Deliver what was refused once more, as often as that: the event's place, the answer, and the state after it."""
    left = list(waiting)
    for _ in range(attempts):
        refused, left = left, []
        for place in refused:
            answer = subject.deliver(place)
            if not subject.accepts(place, answer):
                left.append(place)
            yield place, answer, subject.look()


def _flights(course: Course, together: tuple[int, ...]) -> Iterator[Course]:
    """What is delivered at once, most of it alone."""
    for at, place in enumerate(course):
        if at not in together:
            yield (place,)
        elif at == together[0]:
            yield tuple(course[one] for one in together)
