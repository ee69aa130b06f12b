"""Builds the ``Exploration`` of a search: keeps what was found so far, and adds the numbers and the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.findings import Coverage, Loss, Verdict
from steppay_mock.ordering.orders.covering import covered
from steppay_mock.ordering.report.causes import Observed, causes
from steppay_mock.ordering.search.plan import bound_for, plan_for
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.normal import plain
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.driver import Driver
    from steppay_mock.ordering.search.plan import ProofPlan
    from steppay_mock.ordering.search.search import Search
    from steppay_mock.ordering.search.truth import Truth
    from steppay_mock.ordering.truth.hint import Hint

DROPS_ASSERTS: bool = not __debug__
"""Whether this Python leaves out ``assert``, as with ``-O``."""
_NAMED = 3  # paths that a note names
_LOOKED_AT = 200  # states that are searched for a row to compare with the store


def not_compared() -> str:
    """The note on a proof whose end was not compared with the store."""
    return f"The end was not compared with the store: {_why()}"


def to_be_compared() -> str:
    """Why that is no proof where ``truth=`` asks for the comparison."""
    return f"The end was to be compared with the store: {_why()}"


def _why() -> str:
    state, truth = option("state"), option("truth")
    return (
        f"no row of {state} has an id of the story, and a status, an amount or a time of StepPay's beside it. So the "
        f"same end in every order may be a wrong one: let {state} show such rows, or say what is right with {truth}."
    )


class ExplorationBuilder:
    """Builds the result for one set of events; the explorer fills in its attributes as it goes."""

    def __init__(self, driver: Driver, settings: ExploreSettings, *, name: str, plan: ProofPlan, truth: Truth) -> None:
        self.strength: int | None = None
        """The number of events of which every order occurs; None for a proof."""
        self.orders: list[Course] = []
        """The whole orders that were delivered, where that is no proof."""
        self.random = 0
        """The number of random ones among them."""
        self.refused: Course = ()
        """The events that were refused in the order in which things happened."""
        self.found_after: int | None = None
        """The number of deliveries when the first failure showed."""
        self.sampled = 0
        self.disagreed = 0
        """The whole orders that were delivered after a proof, and those of them that failed."""
        self.losses: tuple[Loss, ...] = ()
        self.ending = -1
        """The number of the final state after the order in which things happened; -1 until that is known."""
        self._driver = driver
        self._settings = settings
        self._name = name
        self._plan = plan
        self._truth = truth
        self._count = len(driver.events)
        self._started = perf_counter()

    def exploration(self, verdict: Verdict, search: Search, **found: Any) -> Exploration:
        """The result: the verdict, what was ``found``, and the numbers behind it."""
        driver = self._driver
        hints = self.hints(verdict)
        uncompared = verdict in {"proved", "covered"} and not hints and not self.compared()
        said = (not_compared(),) if uncompared else ()
        return Exploration(
            verdict=verdict,
            receiver=driver.target,
            name=self._name,
            events=driver.events,
            coverage=self._coverage(verdict, search),
            losses=self.losses,
            without_effect=self._without_effect(verdict, search),
            causes=self._causes(verdict, search),
            notes=(*notes_on(driver, self._settings), *said, *self._offer(verdict, search)),
            hints=hints,
            uncompared=uncompared,
            unmatched=self._settings.ignore.unmatched(),
            **found,
        )

    def hints(self, verdict: Verdict) -> tuple[Hint, ...]:
        """What looks wrong at the end of the order in which things happened."""
        if verdict not in {"proved", "covered", "fails", "vacuous"} or self.ending < 0:
            return ()
        return self._truth.hints(self._driver.states[self.ending].state)

    def compared(self) -> bool:
        """Whether any state has a row that can be compared with the store. The final one may rightly have none."""
        states = self._driver.states
        last = max(self.ending, 0)
        numbers = (last, *range(min(len(states), _LOOKED_AT)))
        return any(self._truth.reaches(states[number].state) for number in numbers)

    def _coverage(self, verdict: Verdict, search: Search) -> Coverage:
        driver, settings = self._driver, self._settings
        return Coverage(
            events=self._count,
            effective=len(search.effective),
            orders=self._plan.orders if verdict == "proved" else len(set(self.orders)),
            runs=len(self.orders) if verdict == "covered" else search.runs,
            deliveries=driver.deliveries,
            states=len(driver.states),
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
            refused=driver.refused,
            silent=driver.deliveries - driver.answered,
            found_after=self.found_after,
            leans_on_retries=search.retried,
        )

    def _without_effect(self, verdict: Verdict, search: Search) -> tuple[int, ...]:
        """The events that changed nothing in any order; empty where not enough orders were tried."""
        if verdict not in {"proved", "covered", "vacuous"} or (self.strength and not self.orders):
            return ()
        return tuple(place for place in range(self._count) if place not in search.effective)

    def _causes(self, verdict: Verdict, search: Search) -> tuple[str, ...]:
        """The likely causes, by the answers to the order in which things happened, if those are the failure."""
        if verdict != "vacuous" and not self.refused:
            return ()
        observed = [
            Observed(
                event=self._driver.events[place],
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
        """A note that the events with an effect can be proved alone, if the budget is enough for that."""
        effective = sorted(search.effective)
        if verdict != "covered" or len(effective) == self._count:
            return
        bound = bound_for([self._driver.events[place] for place in effective], self._settings)
        plan = plan_for(bound, self._driver, self._settings)
        if plan.fits:
            yield (
                f"The {len(effective)} events that have an effect can be proved without the others, in about "
                f"{plan.price:,} deliveries: {option('only_effective', value=True)}."
            )


def notes_on(driver: Driver, settings: ExploreSettings) -> Iterator[str]:
    """What else the search noticed: one sentence each, with the next step where there is one."""
    if driver.first is not None:
        yield from _on_beginning(driver)
    yield from driver.harness_notes
    if driver.is_unwatched:
        yield (
            f"{option('timeout')} does not hold for a receiver in this process that hangs: that takes the main thread "
            "and a system with alarms. Deliver over HTTP, or run the test in the main thread."
        )
    if settings.effects is not None and not settings.independent and not _has_effects(driver):
        yield (
            f"{option('effects')} gave nothing after any delivery, so no effect was counted. Does it read where they "
            "are kept?"
        )
    if settings.invariant is not None and DROPS_ASSERTS:
        yield (
            f"Python runs with -O, which removes assert statements: {option('invariant')} with asserts checks nothing. "
            "Run it without -O."
        )


def _has_effects(driver: Driver) -> bool:
    return any(driver.states[number].effects for number in range(len(driver.states)))


def _on_beginning(driver: Driver) -> Iterator[str]:
    first = plain(driver.states[driver.first or 0].state)
    if not is_empty(first):
        yield (
            "The state is not empty at the beginning of each order. If these are rows of an earlier run, empty the "
            "receiver first: it may take the events for known."
        )
    if driver.before is not None and driver.before != driver.first:
        found = differences(plain(driver.states[driver.before].state), first)
        paths = ", ".join(one.path for one in found[:_NAMED])
        yield f"The receiver was not in its first state when the exploration began: {option('reset')} changed {paths}."


def is_empty(state: Any) -> bool:
    """Whether a state in plain form holds nothing: no rows, no text, no number but 0."""
    if isinstance(state, Mapping):
        return all(map(is_empty, state.values()))
    if isinstance(state, list):
        return not state  # a row counts, also an empty one
    return not state
