"""One exploration of one set of events, from the first delivery to the verdict.

The events are delivered in the order in which they happened. If that works, they are delivered in every order,
or in some if the budget is too small. A failing course is then made small. Each phase reports a failure by raising
FoundError or ContradictionError, so a failure ends the search wherever it shows.
"""

from __future__ import annotations

from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.next_step import step_without_answer
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, WrongStartError
from steppay_mock.ordering.findings import Loss, Verdict
from steppay_mock.ordering.options import ExploreSettings
from steppay_mock.ordering.receiver.answers import tell_answer
from steppay_mock.ordering.receiver.driver import BudgetSpentError, Driver
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.search.contradiction import is_flaky, smallest_witnesses
from steppay_mock.ordering.search.cover import cover, sample_orders
from steppay_mock.ordering.search.exploration_builder import ExplorationBuilder, to_be_compared
from steppay_mock.ordering.search.losses import find_losses
from steppay_mock.ordering.search.plan import budget_beyond, least_beyond, plan_for
from steppay_mock.ordering.search.search import ContradictionError, FoundError, Search
from steppay_mock.ordering.search.traversal import by_resetting, by_restoring
from steppay_mock.ordering.search.truth import doubted, know_truth
from steppay_mock.ordering.search.verify import find_counterexamples
from steppay_mock.ordering.state.difference import differences

if TYPE_CHECKING:
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.search.event_set import EventSet

_MOST_FOUND = 5  # counterexamples in one report
_LOSSES = 8  # a bounded proof may spend one delivery in eight on losses


def explore_together(chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> Exploration:
    """Explore these events together, as one set."""
    return Explorer(chosen, receiver, settings).run()


class Explorer:
    """Explores one set of events."""

    def __init__(self, chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> None:
        self._settings = settings
        self._count = len(chosen.events)
        self._driver = Driver(receiver, chosen.events, settings, as_stored=chosen.as_stored)
        self._search = Search(self._driver, settings)
        self._bound = self._search.graph.bound
        self._plan = plan_for(self._bound, self._driver, settings)
        self._token = chosen.token(retries=settings.attempts)
        self._truth = know_truth(settings.truth, chosen.story, ignore=settings.ignore)
        self._builder = ExplorationBuilder(self._driver, settings, name=chosen.name, plan=self._plan, truth=self._truth)

    def run(self) -> Exploration:
        """Search, and return the result."""
        if self._count < 2:
            return self._result("vacuous", why=f"{self._count} events have no order. Give two or more.")
        if self._plan.orders == 1 and not self._settings.duplicates:
            return self._result("vacuous", why=f"{self._count} events have one order within this bound.")
        with self._driver:
            try:
                return self._run()
            except WrongStartError as error:
                return self._flaky(error.why, error.wanted, error.found)
            except ExplorationError as error:
                error.exploration = self._result("unfinished", why=str(error))
                raise

    def _run(self) -> Exploration:
        try:
            if why := self._deliver_in_order():
                return self._result("vacuous", why=why)
            self._prove()
            self._sample()
            self._builder.losses = self._lose()
        except FoundError as found:
            return self._fail(found.kind, found.course)
        except ContradictionError as contradiction:
            return self._contradict(contradiction)
        if why := self._tell_untested():
            return self._result("vacuous", why=why)
        return self._result("proved" if self._builder.strength is None else "covered")

    # The phases.

    def _deliver_in_order(self) -> str:
        """Deliver the events in the order in which they happened; FoundError if that already fails.

        Everything else is compared with this order. The text says why it cannot be; empty if it can.
        """
        search, course = self._search, tuple(range(self._count))
        try:
            self._trail = search.lead(course) if self._driver.can_restore and self._plan.fits else []
            node = self._trail[-1][0] if self._trail else search.follow(course, repeats="never")
            search.expected = self._builder.ending = search.settle(node)
        except BudgetSpentError:
            self._builder.strength = self._settings.strength
            return f"{self._settings.budget:,} deliveries are not enough to deliver every event once."
        if not self._driver.answered:
            return self._tell_silence()
        if self._driver.refused == self._driver.deliveries:
            answer, _ = search.natural[0]
            return (
                f"Every event was refused, the first with {tell_answer(answer, accepted=False)}. Are {option('path')} "
                f"and {option('secret')} those of the receiver?"
            )
        self._builder.refused = search.refused_in_order(node)
        if self._builder.refused:
            raise FoundError("refused", self._until(self._builder.refused[0]))
        if not search.effective:
            return f"The state never changed. Does {option('state')} read what the receiver writes?"
        if self._truth.is_wrong(self._driver.states[self._builder.ending].state):
            raise FoundError("truth", course)
        return ""

    def _tell_silence(self) -> str:
        """Why nothing was answered. It asks whether the receiver runs only if the transport knows nothing better."""
        answer, _ = self._search.natural[0]
        target = self._driver.target
        if answer.error is not None and step_without_answer({answer.failure}) is not None:
            return f"Nothing was answered by {target}: {answer.error}."
        return f"Nothing was answered. Does the receiver run at {target}?"

    def _until(self, place: int) -> Course:
        """The order of what happened up to this event; all of it if refused events are retried at the end."""
        return tuple(range(self._count if self._settings.attempts else place + 1))

    def _tell_untested(self) -> str:
        """Why equal ends are no proof: only one order was tried, or only one event has an effect. Else empty."""
        if self._builder.strength is not None and {*self._builder.orders} <= {tuple(range(self._count))}:
            return f"{self._settings.budget:,} deliveries show no second order of the events."
        events = [self._driver.events[place] for place in sorted(self._search.effective)]
        if len({event.body for event in events}) > 1:  # two events with one body are copies, and have no order
            return to_be_compared() if self._compares_nothing else ""
        return (
            f"Of {self._count} events only {events[0].type} changed the state in any order, and one "
            "event has no order. Choose a scenario of which the receiver keeps more, or let "
            f"{option('state')} show more of it."
        )

    @property
    def _compares_nothing(self) -> bool:
        """Whether ``truth=`` asks for a comparison with the store, and no state has anything to compare."""
        return self._truth.is_strict and not self._builder.compared()

    def _prove(self) -> None:
        """Search every order; if the budget does not reach, deliver some whole orders."""
        search = self._search
        if not self._plan.fits:
            self._cover()
            return
        try:
            # At most 5% of the price for a check that finds a state which depends on time or on an earlier run early.
            share = int(self._plan.price) // 20
            self._begin_again(max(share, 2))
            if self._driver.can_restore:
                by_restoring(search, islice(self._plan.chains(), 1, 5 if share > self._count else 2), self._trail[:])
            else:
                by_resetting(search, self._plan.chains())
        except BudgetSpentError:
            # The plan fits, and yet the budget is spent: the receiver has more states than a right one. Often that is a
            # mistake, so the least of whole orders is always tried.
            self._driver.allow(least_beyond(self._count))
            self._cover()
        search.tell_the_rest()

    def _begin_again(self, most: int) -> None:
        """Repeat the beginning of the story; ContradictionError if it leads to other states than before."""
        node = self._search.begin()
        for place in range(min(self._count, most)):
            node = self._search.step(node, place)

    def _cover(self) -> None:
        self._search = self._search.unmerged()  # whole orders need no assumption about the probe
        self._builder.strength = min(self._settings.strength, self._count)
        self._builder.orders, self._builder.random = cover(self._search, self._settings)
        self._search.tell_the_rest()

    def _sample(self) -> None:
        """``paranoid=``: deliver whole orders without merging after a proof."""
        if not self._settings.paranoid or self._builder.strength is not None:
            return
        search = self._search = self._search.unmerged()
        self._driver.allow(max(self._settings.budget, least_beyond(self._count)))
        for order in sample_orders(self._bound, orders=self._plan.orders, seed=self._settings.seed):
            try:
                search.follow(order, repeats="last")
                search.tell_the_rest()
            except BudgetSpentError:
                return
            except FoundError:
                self._builder.disagreed += 1
                self._builder.sampled += 1
                raise
            self._builder.sampled += 1

    def _lose(self) -> tuple[Loss, ...]:
        """What is wrong at the end if one event never comes, for as many events as the deliveries allow."""
        if not self._settings.losses:
            return ()
        spare = self._plan.price // _LOSSES if self._bound.restricts and self._plan.fits else self._rest
        self._driver.allow(min(spare, self._rest))
        trail = self._trail if self._search.graph.merging else []
        return find_losses(self._search, ending=self._builder.ending, trail=trail)

    # The results.

    def _fail(self, kind: Kind, course: Course) -> Exploration:
        self._builder.found_after = self._driver.deliveries
        found: list[Counterexample] = []
        for each, its_course, target in self._failures(kind, course):
            if not found or (len(found) < _MOST_FOUND and not self._settings.first):
                found += find_counterexamples(
                    self._search,
                    each,
                    its_course,
                    token=self._token,
                    budget=self._rest,
                    truth=self._truth,
                    most=1 if self._settings.first else _MOST_FOUND - len(found),
                    target=target,
                )
        if not found:
            return self._flaky(
                "An order that ended otherwise did not do so again. Does the state depend on time, on chance, or "
                "on what the order before left behind?"
            )
        first, *others = (doubted(one, self._builder.hints("fails")) for one in found)
        return self._result("fails", counterexample=first, others=tuple(others))

    def _failures(self, kind: Kind, course: Course) -> list[tuple[Kind, Course, int | None]]:
        """The failure that was found and others that are known: kind, course, and for a refusal the refused event."""
        search = self._search
        if kind == "refused":
            types: dict[str, int] = {}  # the first refused event of each type
            for place in self._builder.refused:
                types.setdefault(str(self._driver.events[place].type), place)
            return [("refused", self._until(place), place) for place in types.values()]
        if kind == "answer" or search.answered is None:
            return [(kind, course, None)]
        return [(kind, course, None), ("answer", search.answered, None)]

    def _contradict(self, contradiction: ContradictionError) -> Exploration:
        """The verdict where two courses must end alike and do not: flaky, or the probe hides something."""
        driver = self._driver
        driver.allow(inf)
        if is_flaky(driver, contradiction):
            return self._differs(contradiction)
        driver.allow(max(self._settings.budget - driver.deliveries, least_beyond(self._count)))
        try:
            self._cover()
        except FoundError as found:
            return self._fail(found.kind, found.course)
        except ContradictionError as another:  # without merging only equal courses contradict each other
            return self._differs(another)
        courses = smallest_witnesses(driver, contradiction.before, contradiction.now, budget=self._rest)
        driver.allow(inf)
        return self._result(
            "hidden",
            why="The probe showed equal states, and the same delivery led to different ones. Let "
            f"{option('state')} show all that matters, so that every order can be proved.",
            witnesses=tuple(follow(driver, course) for course in courses),
        )

    def _differs(self, contradiction: ContradictionError) -> Exploration:
        """The verdict on a course that ends in two ways: flaky, with both ends."""
        driver = self._driver
        driver.allow(inf)
        runs = [follow(driver, contradiction.before) for _ in range(2)]
        ends = [run.state for run in runs]
        if ends[0] == ends[1]:
            ends = [driver.states[number].state for number in (contradiction.state, contradiction.other)]
        return self._flaky(
            "The same deliveries ended differently. Does the state depend on time, on chance, or on what the order "
            "before left behind?",
            *ends,
            witnesses=tuple(runs),
        )

    def _flaky(self, why: str, *ends: Any, witnesses: tuple[Run, ...] = ()) -> Exploration:
        return self._result("flaky", why=why, unequal=tuple(differences(*ends)) if ends else (), witnesses=witnesses)

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        return self._builder.exploration(verdict, self._search, **found)

    # The budget.

    @property
    def _rest(self) -> int:
        return budget_beyond(self._settings.budget, count=self._count)
