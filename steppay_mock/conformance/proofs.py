"""The proofs of order for a scorecard: some scenarios, each delivered in every order, within one budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.progress import ChecksStoppedError
from steppay_mock.conformance.told_story import ToldStory, turned_stories
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.payload.subject import thing_of
from steppay_mock.store.scenarios.scenario import scenario

if TYPE_CHECKING:
    from steppay_mock.conformance.options import CheckSettings
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.store.store import Story

CANDIDATES = (
    "refund-in-full",
    "refund-in-parts",
    "subscription-cancelled-now",
    "subscription-pause-undone",
    "subscription-renewal-queues",
    "subscription-renewal-fails-then-recovers",
    "virtual-account-deposit",
    "customer-registers-and-leaves",
    "invoice-paid",
    "catalogue-changes",
    "subscription-paused-then-cancelled",
    "subscription-direct-debit-rejected",
    "invoice-payment-fails-then-succeeds",
    "invoice-sending-fails-then-deleted",
    "usage-paid-afterwards",
    "one-time-purchase-fails-then-succeeds",
)
"""The scenarios that may be chosen: each shows another kind of mistake, the dearest first."""
_MOST = 9  # scenarios that are chosen
_LEAST = 400  # deliveries of a search: with fewer it says too little
_OVERLAP = 2  # tries of each race


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What the searches found. ``left_out`` says why some were not made or not finished."""

    found: tuple[Exploration, ...] = ()
    left_out: tuple[str, ...] = ()
    deliveries: int = 0

    @property
    def counterexamples(self) -> Iterator[tuple[Exploration, Counterexample]]:
        """All counterexamples, each with its search."""
        for one in self.found:
            for counterexample in one.counterexamples:
                yield one, counterexample

    @property
    def names(self) -> str:
        """The scenarios that were searched."""
        return ", ".join(one.name for one in self.found)


def choose_scenarios(reacts: Sequence[str], *, seed: int, turned: Sequence[str] = ()) -> tuple[str, ...]:
    """The scenarios that fit: with two events or more to which the receiver reacts.

    First come those that show something new: another type, another status, a type that comes several times about one
    thing, or a tie of another kind of thing. Of those that end otherwise in another order (``turned``, the best
    first) at least one is chosen.
    """
    fitting = []
    for name in CANDIDATES:
        wanted = [one for one in scenario(name, seed=seed, is_test=False) if str(one.type) in reacts]
        if len(wanted) >= 2:
            fitting.append((name, _shown(wanted)))
    chosen: list[str] = []
    seen: frozenset[str] = frozenset()
    for name, shown in fitting:
        if not shown <= seen:
            chosen.append(name)
            seen |= shown
    chosen += [name for name, _ in fitting if name not in chosen]
    chosen = sorted(chosen[:_MOST], key=CANDIDATES.index)
    missing = [] if set(turned) & set(chosen) else list(turned[:1])
    return (*missing, *chosen)


def has_tie(events: Sequence[Event]) -> bool:
    """Whether two events of one second are about one thing."""
    return bool(_ties(events))


def _ties(events: Sequence[Event]) -> frozenset[str]:
    """The kinds of things of which two events have one second."""
    seen = Counter((thing_of(event), event.second) for event in events)
    return frozenset(f"tie of {thing[0]}" for (thing, _), count in seen.items() if count > 1)


def _shown(events: Sequence[Event]) -> frozenset[str]:
    """What these events show a receiver, in words that are equal for equal things."""
    types = Counter((str(event.type), thing_of(event)) for event in events)
    statuses = {f"{thing_of(event)[0]} is {event.data.get('status')}" for event in events}
    several = {f"several {event_type}" for (event_type, _), count in types.items() if count > 1}
    return frozenset((*(event_type for event_type, _ in types), *statuses, *several)) | _ties(events)


def prove(
    receiver: Receiver,
    settings: CheckSettings,
    reacts: Sequence[str],
    *,
    stories: tuple[ToldStory, ...],
    tell: Callable[[str], object],
) -> Proofs:
    """Search the scenarios of the settings, or some that fit, until the budget is spent.

    ``stories`` were delivered once before: their types count as those to which the receiver reacts. ``tell`` is called
    at each delivery with the name of the scenario. If it raises a ChecksStoppedError, no more is searched.
    """
    moved = {*reacts, *(event_type for one in stories for event_type in one.types)}
    turned = [one.name for one in turned_stories(stories) if one.is_scenario]
    names = settings.scenarios or choose_scenarios(sorted(moved), seed=settings.seed, turned=turned)
    if not names:
        return Proofs(left_out=("No scenario has two events to which it reacts.",))
    found: list[Exploration] = []
    left_out: list[str] = []
    left = max(settings.budget - sum(one.deliveries for one in stories), 1)
    for place, name in enumerate(names):
        share = left // (len(names) - place)
        if share < _LEAST and found:
            left_out.append(f"{name}: the budget is spent.")
            continue
        try:
            one = _search(name, receiver, settings, budget=max(share, 1), tell=partial(tell, name))
        except ChecksStoppedError as error:
            left_out.append(f"{name}: {error}")
            if error.exploration is not None and error.exploration.counterexamples:
                found.append(error.exploration)
            break
        except ExplorationError as error:
            left_out.append(f"{name}: {error.told or error}")
            if error.exploration is not None:
                left -= error.exploration.coverage.deliveries
            continue
        found.append(one)
        left = max(left - one.coverage.deliveries, 0)
    return Proofs(
        found=tuple(found), left_out=tuple(left_out), deliveries=sum(one.coverage.deliveries for one in found)
    )


def _search(
    name: str, receiver: Receiver, settings: CheckSettings, *, budget: int, tell: Callable[[], object]
) -> Exploration:
    story = scenario(name, seed=settings.seed, is_test=False)
    options: dict[str, Any] = {
        **settings.given,
        "types": settings.types,
        "ties": True,
        "overlap": _OVERLAP,
        "losses": False,
        "only_effective": True,
        "budget": max(budget * 2 // 3, 1),  # half as much again is allowed for ties, and to make a failure small
        "seed": settings.seed,
        "watch": lambda _made, _budget: tell(),
    }
    with _answered(settings.probing.api, story):
        try:
            return explore(story, receiver, **options)
        except ExplorationError:
            raise
        except SteppayMockError:
            # A harness of the test, such as a transaction, may forbid deliveries at once.
            return explore(story, receiver, **{**options, "overlap": False})


@contextmanager
def _answered(api: StoreApi | None, story: Story) -> Iterator[None]:
    """Within it, the REST API answers for the store of the story."""
    if api is None:
        yield
        return
    api.add(story.store)
    try:
        yield
    finally:
        api.remove(story.store)
