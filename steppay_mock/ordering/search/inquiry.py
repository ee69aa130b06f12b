"""Searches one set of events: first as they happened, then in every order or in some; makes small what fails."""

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
from steppay_mock.ordering.receiver.subject import BudgetSpentError, Subject
from steppay_mock.ordering.search.account import Account, to_be_compared
from steppay_mock.ordering.search.cover import cover, sample_orders
from steppay_mock.ordering.search.losses import find_losses
from steppay_mock.ordering.search.plan import budget_beyond, least_beyond, plan_for
from steppay_mock.ordering.search.search import ContradictionError, FoundError, Search
from steppay_mock.ordering.search.truth import doubted, know_truth
from steppay_mock.ordering.search.unsteady import is_flaky, smallest_witnesses
from steppay_mock.ordering.search.verify import find_counterexamples
from steppay_mock.ordering.state.difference import differences

if TYPE_CHECKING:
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.search.event_set import EventSet

_MOST_FOUND = 5  # counterexamples in one report
_LOSSES = 8  # the share of a bounded proof's deliveries that may go to the losses: one in so many


def explore_together(chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> Exploration:
    """The exploration of these events."""
    return Inquiry(chosen, receiver, settings).run()


class Inquiry:
    """One exploration of one set of events."""

    def __init__(self, chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> None:
        self._settings = settings
        self._count = len(chosen.events)
        self._subject = Subject(receiver, chosen.events, settings, told=chosen.told)
        self._search = Search(self._subject, settings)
        self._bound = self._search.graph.bound
        self._plan = plan_for(self._bound, self._subject, settings)
        self._token = chosen.token(retries=settings.attempts)
        self._truth = know_truth(settings.truth, chosen.story, ignore=settings.ignore)
        self._account = Account(self._subject, settings, name=chosen.name, plan=self._plan, truth=self._truth)

    def run(self) -> Exploration:
        """Search, and say what came of it."""
        if self._count < 2:
            return self._result("vacuous", why=f"{self._count} events have no order. Give two or more.")
        if self._plan.orders == 1 and not self._settings.duplicates:
            return self._result("vacuous", why=f"{self._count} events have one order within this bound.")
        with self._subject:
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
            self._account.losses = self._lose()
        except FoundError as found:
            return self._fail(found.kind, found.course)
        except ContradictionError as contradiction:
            return self._contradict(contradiction)
        if why := self._tell_untested():
            return self._result("vacuous", why=why)
        return self._result("proved" if self._account.strength is None else "covered")

    # The parts of a search.

    def _deliver_in_order(self) -> str:
        """Deliver the events as they happened: why that proves nothing, or an empty text; FoundError if it is wrong."""
        search, course = self._search, tuple(range(self._count))
        try:
            self._trail = search.lead(course) if self._subject.can_restore and self._plan.fits else []
            node = self._trail[-1][0] if self._trail else search.follow(course, repeats="never")
            search.expected = self._account.ending = search.settle(node)
        except BudgetSpentError:
            self._account.strength = self._settings.strength
            return f"{self._settings.budget:,} deliveries are not enough to deliver every event once."
        if not self._subject.answered:
            return self._tell_silence()
        if self._subject.refused == self._subject.deliveries:
            answer, _ = search.natural[0]
            return (
                f"Every event was refused, the first with {tell_answer(answer, accepted=False)}. Are {option('path')} "
                f"and {option('secret')} those of the receiver?"
            )
        self._account.refused = search.refused_in_order(node)
        if self._account.refused:
            raise FoundError("refused", self._until(self._account.refused[0]))
        if not search.effective:
            return f"The state never changed. Does {option('state')} read what the receiver writes?"
        if self._truth.is_wrong(self._subject.states[self._account.ending].state):
            raise FoundError("truth", course)
        return ""

    def _tell_silence(self) -> str:
        """Why nothing was answered: whether the receiver runs is only asked where nothing else is known."""
        answer, _ = self._search.natural[0]
        target = self._subject.target
        if answer.error is not None and step_without_answer({answer.failure}) is not None:
            return f"Nothing was answered by {target}: {answer.error}."
        return f"Nothing was answered. Does the receiver run at {target}?"

    def _until(self, place: int) -> Course:
        """As it happened, up to this event; where what is refused is retried at the end, all of it."""
        return tuple(range(self._count if self._settings.attempts else place + 1))

    def _tell_untested(self) -> str:
        """Why equal ends are no proof: no second order was tried, or one event alone has an effect; else empty."""
        if self._account.strength is not None and {*self._account.orders} <= {tuple(range(self._count))}:
            return f"{self._settings.budget:,} deliveries show no second order of the events."
        events = [self._subject.events[place] for place in sorted(self._search.effective)]
        if len({event.body for event in events}) > 1:  # copies of one event have no order
            return to_be_compared() if self._compares_nothing else ""
        return (
            f"Of {self._count} events only {events[0].type} changed the state in any order, and one "
            "event has no order. Choose a scenario of which the receiver keeps more, or let "
            f"{option('state')} show more of it."
        )

    @property
    def _compares_nothing(self) -> bool:
        """Whether the end was to be right by the store, and no state had anything that can be compared with it."""
        return self._truth.is_strict and not self._account.compared()

    def _prove(self) -> None:
        """Every order, or as many as the budget allows."""
        search = self._search
        if not self._plan.fits:
            self._cover()
            return
        try:
            share = int(self._plan.price) // 20
            self._begin_again(max(share, 2))
            if self._subject.can_restore:
                search.by_restoring(islice(self._plan.chains(), 1, 5 if share > self._count else 2), self._trail[:])
            else:
                search.by_resetting(self._plan.chains())
        except BudgetSpentError:  # the receiver has more states than a right one needs
            self._subject.allow(least_beyond(self._count))
            self._cover()
        search.tell_the_rest()

    def _begin_again(self, most: int) -> None:
        """The beginning of the story once more, as far as that costs next to nothing: does it go as before?"""
        node = self._search.begin()
        for place in range(min(self._count, most)):
            node = self._search.step(node, place)

    def _cover(self) -> None:
        self._search = self._search.unmerged()  # whole orders rest on no assumption, and make none
        self._account.strength = min(self._settings.strength, self._count)
        self._account.orders, self._account.random = cover(self._search, self._settings)
        self._search.tell_the_rest()

    def _sample(self) -> None:
        """Whole orders without merging, where that was asked for after a proof."""
        if not self._settings.paranoid or self._account.strength is not None:
            return
        search = self._search = self._search.unmerged()
        self._subject.allow(max(self._settings.budget, least_beyond(self._count)))
        for order in sample_orders(self._bound, orders=self._plan.orders, seed=self._settings.seed):
            try:
                search.follow(order, repeats="last")
                search.tell_the_rest()
            except BudgetSpentError:
                return
            except FoundError:
                self._account.disagreed += 1
                self._account.sampled += 1
                raise
            self._account.sampled += 1

    def _lose(self) -> tuple[Loss, ...]:
        """What is wrong at the end if one event never comes; of some, where that would take too long."""
        if not self._settings.losses:
            return ()
        spare = self._plan.price // _LOSSES if self._bound.restricts and self._plan.fits else self._rest
        self._subject.allow(min(spare, self._rest))
        trail = self._trail if self._search.graph.merging else []
        return find_losses(self._search, ending=self._account.ending, trail=trail)

    # What came of it.

    def _fail(self, kind: Kind, course: Course) -> Exploration:
        self._account.found_after = self._subject.deliveries
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
        first, *others = (doubted(one, self._account.hints("fails")) for one in found)
        return self._result("fails", counterexample=first, others=tuple(others))

    def _failures(self, kind: Kind, course: Course) -> list[tuple[Kind, Course, int | None]]:
        """What failed first, and what is known to fail beside it; of refusals with the event that is refused."""
        search = self._search
        if kind == "refused":  # for each type of event the first one that is
            types: dict[str, int] = {}
            for place in self._account.refused:
                types.setdefault(str(self._subject.events[place].type), place)
            return [("refused", self._until(place), place) for place in types.values()]
        if kind == "answer" or search.answered is None:
            return [(kind, course, None)]
        return [(kind, course, None), ("answer", search.answered, None)]

    def _contradict(self, contradiction: ContradictionError) -> Exploration:
        subject = self._subject
        subject.allow(inf)
        if is_flaky(subject, contradiction):
            return self._differs(contradiction)
        subject.allow(max(self._settings.budget - subject.deliveries, least_beyond(self._count)))
        try:
            self._cover()
        except FoundError as found:
            return self._fail(found.kind, found.course)
        except ContradictionError as another:  # whole courses have nothing to hide
            return self._differs(another)
        courses = smallest_witnesses(subject, contradiction.before, contradiction.now, budget=self._rest)
        subject.allow(inf)
        return self._result(
            "hidden",
            why="The probe showed equal states, and the same delivery led to different ones. Let "
            f"{option('state')} show all that matters, so that every order can be proved.",
            witnesses=tuple(subject.follow(course) for course in courses),
        )

    def _differs(self, contradiction: ContradictionError) -> Exploration:
        """The verdict on courses that ended in two ways."""
        subject = self._subject
        subject.allow(inf)
        runs = [subject.follow(contradiction.before) for _ in range(2)]
        ends = [run.state for run in runs]
        if ends[0] == ends[1]:
            ends = [subject.states[number].state for number in (contradiction.state, contradiction.other)]
        return self._flaky(
            "The same deliveries ended differently. Does the state depend on time, on chance, or on what the order "
            "before left behind?",
            *ends,
            witnesses=tuple(runs),
        )

    def _flaky(self, why: str, *ends: Any, witnesses: tuple[Run, ...] = ()) -> Exploration:
        return self._result("flaky", why=why, unequal=tuple(differences(*ends)) if ends else (), witnesses=witnesses)

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        return self._account.exploration(verdict, self._search, **found)

    # How much it costs.

    @property
    def _rest(self) -> int:
        return budget_beyond(self._settings.budget, count=self._count)
