"""Keeps what a search has done and seen so far, and makes the exploration of it: the verdict with all it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.findings import Coverage, Loss, Verdict
from steppay_mock.ordering.orders.covering import covered
from steppay_mock.ordering.report.causes import Observed, causes
from steppay_mock.ordering.search.notes import notes_on
from steppay_mock.ordering.search.plan import bound_for, plan_for
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.subject import Subject
    from steppay_mock.ordering.search.plan import ProofPlan
    from steppay_mock.ordering.search.search import Search
    from steppay_mock.ordering.search.truth import Truth
    from steppay_mock.ordering.truth.hint import Hint

_LOOKED_AT = 200  # states in which such a row is looked for


def not_compared() -> str:
    """The note on a proof whose end was compared with nothing."""
    return f"The end was not compared with the store: {_why()}"


def to_be_compared() -> str:
    """Why that is no proof where the end was to be right."""
    return f"The end was to be compared with the store: {_why()}"


def _why() -> str:
    state, truth = option("state"), option("truth")
    return (
        f"no row of {state} has an id of the story, and a status, an amount or a time of StepPay's beside it. So the "
        f"same end in every order may be a wrong one: let {state} show such rows, or say what is right with {truth}."
    )


class Account:
    """What was done for one set of events; the search writes it down as it goes."""

    def __init__(
        self, subject: Subject, settings: ExploreSettings, *, name: str, plan: ProofPlan, truth: Truth
    ) -> None:
        self.strength: int | None = None
        """Of how many events every order occurred, where not all orders are proved."""
        self.orders: list[Course] = []
        """The whole orders that were delivered then."""
        self.random = 0
        """How many of them were drawn by chance."""
        self.refused: Course = ()
        """The events that were refused as they happened."""
        self.found_after: int | None = None
        """How many deliveries had been made when the first failure showed."""
        self.sampled = 0
        self.disagreed = 0
        """How many whole orders were delivered after a proof, and how many of these ended otherwise."""
        self.losses: tuple[Loss, ...] = ()
        self.ending = -1
        """The number of the final state as it happened; -1 while that is not known."""
        self._subject = subject
        self._settings = settings
        self._name = name
        self._plan = plan
        self._truth = truth
        self._count = len(subject.events)
        self._started = perf_counter()

    def exploration(self, verdict: Verdict, search: Search, **found: Any) -> Exploration:
        """The verdict, what was ``found``, and what it rests on."""
        subject = self._subject
        hints = self.hints(verdict)
        uncompared = verdict in {"proved", "covered"} and not hints and not self.compared()
        said = (not_compared(),) if uncompared else ()
        return Exploration(
            verdict=verdict,
            receiver=subject.target,
            name=self._name,
            events=subject.events,
            coverage=self._coverage(verdict, search),
            losses=self.losses,
            without_effect=self._without_effect(verdict, search),
            causes=self._causes(verdict, search),
            notes=(*notes_on(subject, self._settings), *said, *self._offer(verdict, search)),
            hints=hints,
            uncompared=uncompared,
            unmatched=self._settings.ignore.unmatched(),
            **found,
        )

    def hints(self, verdict: Verdict) -> tuple[Hint, ...]:
        """What looks wrong where the events were delivered as they happened."""
        if verdict not in {"proved", "covered", "fails", "vacuous"} or self.ending < 0:
            return ()
        return self._truth.hints(self._subject.states[self.ending].state)

    def compared(self) -> bool:
        """Whether any state had a row that is compared with the store; the end may rightly have none."""
        states = self._subject.states
        last = max(self.ending, 0)
        numbers = (last, *range(min(len(states), _LOOKED_AT)))
        return any(self._truth.reaches(states[number].state) for number in numbers)

    def _coverage(self, verdict: Verdict, search: Search) -> Coverage:
        subject, settings = self._subject, self._settings
        return Coverage(
            events=self._count,
            effective=len(search.effective),
            orders=self._plan.orders if verdict == "proved" else len(set(self.orders)),
            runs=len(self.orders) if verdict == "covered" else search.runs,
            deliveries=subject.deliveries,
            states=len(subject.states),
            elapsed=perf_counter() - self._started,
            seed=settings.seed,
            strength=self.strength,
            random=self.random,
            covered=covered(self.orders, strength=self.strength)[0] if self.strength and self.orders else 0,
            of=self._plan.bound.sequences(self.strength) if self.strength else 0,
            duplicates=settings.duplicates,
            late_by=settings.late_by,
            distance=settings.distance,
            points=self._plan.bound.points,
            sampled=self.sampled,
            disagreed=self.disagreed,
            refused=subject.refused,
            silent=subject.deliveries - subject.answered,
            found_after=self.found_after,
            leans_on_retries=search.retried,
        )

    def _without_effect(self, verdict: Verdict, search: Search) -> tuple[int, ...]:
        """The events that changed nothing in any order; only known where orders were tried to the end."""
        if verdict not in {"proved", "covered", "vacuous"} or (self.strength and not self.orders):
            return ()
        return tuple(place for place in range(self._count) if place not in search.effective)

    def _causes(self, verdict: Verdict, search: Search) -> tuple[str, ...]:
        """What the answers of the natural order suggest, where these are what is wrong."""
        if verdict != "vacuous" and not self.refused:
            return ()
        observed = [
            Observed(
                event=self._subject.events[place],
                status=answer.status,
                body=answer.body,
                error=answer.error,
                failure=answer.failure,
                exception=answer.exception,
                changed=changed,
            )
            for place, (answer, changed) in sorted(search.natural.items())
        ]
        return causes(observed, signed=self._settings.delivery.secret is not None)

    def _offer(self, verdict: Verdict, search: Search) -> Iterator[str]:
        """That the events with an effect could be proved alone, where the budget has that."""
        effective = sorted(search.effective)
        if verdict != "covered" or len(effective) == self._count:
            return
        bound = bound_for([self._subject.events[place] for place in effective], self._settings)
        plan = plan_for(bound, self._subject, self._settings)
        if plan.fits:
            yield (
                f"The {len(effective)} events that have an effect can be proved without the others, in about "
                f"{plan.price:,} deliveries: {option('only_effective', value=True)}."
            )
