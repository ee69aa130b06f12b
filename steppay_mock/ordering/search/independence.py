"""``independent=``: proves the events of each customer alone, and checks pairs of customers for interference.

A proof of sixteen events takes 1,048,576 deliveries where states can be put back; one of eight takes 2,048. So two
customers of eight events each are proved alone, and together in four orders only. That assumes that customers influence
each other no further than these orders show, and the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.search.explorer import explore_together
from steppay_mock.ordering.search.pairs import CustomerPairs
from steppay_mock.ordering.truth.setting import TruthSetting
from steppay_mock.payload.event import V1Event
from steppay_mock.payload.subject import thing_of

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.search.event_set import EventSet
    from steppay_mock.payload.event import Event


def explore_independent(chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> Exploration:
    """One exploration of each customer alone and of the pairs. SteppayMockError for fewer than two customers."""
    groups = groups_of_customers(chosen.events)
    if len(groups) < 2:
        raise SteppayMockError(
            f"{option('independent', value=True)} proves each customer's events alone, and these are about "
            f"{len(groups)}. Give events of two customers or more, or leave it out."
        )
    # Made first: its constructor refuses misuse, such as truth= without a story, before anything is delivered.
    pairs = CustomerPairs(chosen, receiver, settings)
    found: list[Exploration] = []
    for name, places in groups.items():
        made = sum(one.coverage.deliveries for one in found)
        # The store holds the end of all customers, so one customer alone cannot be compared with it.
        left = replace(settings, truth=TruthSetting("off"), budget=max(settings.budget - made, 1))
        try:
            one = explore_together(chosen.part(places), receiver, left)
        except ExplorationError as error:
            if error.exploration is not None:
                error.exploration = _together([*found, error.exploration], chosen, groups)
            raise
        found.append(one)
        if not one.ok and len(places) > 1:
            together = _together(found, chosen, groups)
            return replace(
                together, events=one.events, losses=(), without_effect=(), name=f"{one.name}, customer {name} alone"
            )
    return pairs.check(_together(found, chosen, groups), groups)


def _together(found: Sequence[Exploration], chosen: EventSet, groups: dict[str, Course]) -> Exploration:
    """The explorations of the customers as one: sums of their numbers, and the last verdict that is no proof."""
    telling = [one for one in found if one.coverage.events > 1] or found  # one event alone has no order
    worst = next((one for one in reversed(telling) if one.verdict != "proved"), telling[-1])
    all_of = [one.coverage for one in found]
    told = [one for one in all_of if one.strength is not None] or all_of
    coverage = replace(
        worst.coverage,
        events=len(chosen.events),
        groups=tuple(map(len, groups.values())),
        orders=sum(max(one.orders, 1) for one in all_of),
        runs=sum(one.runs for one in told),
        random=sum(one.random for one in told),
        covered=sum(one.covered for one in told),
        of=sum(one.of for one in told),
        deliveries=sum(one.deliveries for one in all_of),
        states=sum(one.states for one in all_of),
        elapsed=sum(one.elapsed for one in all_of),
        effective=sum(one.effective for one in all_of),
        sampled=sum(one.sampled for one in all_of),
        disagreed=sum(one.disagreed for one in all_of),
        refused=sum(one.refused for one in all_of),
        silent=sum(one.silent for one in all_of),
        leans_on_retries=any(one.leans_on_retries for one in all_of),
        points=max(one.points for one in all_of),
    )
    if worst.coverage.found_after is not None:
        before = coverage.deliveries - worst.coverage.deliveries
        coverage = replace(coverage, found_after=before + worst.coverage.found_after)
    losses: dict[int, Loss] = {}
    for one, places in zip(found, groups.values(), strict=False):
        for loss in one.losses:
            losses.setdefault(places[loss.place], replace(loss, place=places[loss.place]))
    idle = {places[place] for one, places in zip(found, groups.values(), strict=False) for place in one.without_effect}
    unmatched = [pattern for pattern in found[0].unmatched if all(pattern in one.unmatched for one in found)]
    return replace(
        worst,
        events=chosen.events,
        name=chosen.name,
        coverage=coverage,
        without_effect=tuple(sorted(idle)),
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
        losses=tuple(losses[place] for place in sorted(losses)),
        unmatched=tuple(unmatched),
    )


def customers_of(events: Sequence[Event]) -> list[str | None]:
    """The customer of each event; None for events without one, such as those of products.

    Events of usage name only the item of a subscription, webhooks v1 only an order or a subscription. Their customer is
    found by the other events about these.
    """
    owners: dict[Any, str] = {}
    for event in events:
        owner = _named(event)
        if owner is not None:
            owners[thing_of(event)] = owner
        for item in event.data.get("items") or () if owner is not None else ():
            if isinstance(item, Mapping) and "subscriptionItemId" in item:
                owners[item["subscriptionItemId"]] = str(owner)
    return [_named(event) or _by_other_events(event, owners) for event in events]


def groups_of_customers(events: Sequence[Event]) -> dict[str, Course]:
    """For each customer the places of its events and of those without a customer, in the order they happened."""
    owners = customers_of(events)
    return {
        one: tuple(place for place, owner in enumerate(owners) if owner in {one, None})
        for one in dict.fromkeys(owner for owner in owners if owner is not None)
    }


def _by_other_events(event: Event, owners: Mapping[Any, str]) -> str | None:
    item = event.data.get("subscriptionItemId")
    return owners.get(thing_of(event) if isinstance(event, V1Event) else item)


def _named(event: Event) -> str | None:
    name = "id" if str(event.type).startswith("customer.") else "customerId"
    customer = event.data.get(name)
    return None if customer is None else str(customer)
