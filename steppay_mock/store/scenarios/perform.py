"""How is a scenario lived? Its store is made ready, and its function is called back whenever its wait is over.

Several scenarios can be lived in one store: whoever's wait is over first goes on, and what falls due between is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.store.assumptions import Assumptions, read_assumptions
from steppay_mock.store.records import owner_of
from steppay_mock.store.scenarios.definition import Scenario, Telling, Wait
from steppay_mock.store.scenarios.parameters import OF_STORES, Cast, read_parameters
from steppay_mock.store.scenarios.registry import find_scenario
from steppay_mock.store.scenarios.story import Part, Story
from steppay_mock.store.store import Store

_MOST_WAITS = 100_000


@dataclass(slots=True)
class _Running:
    """A story that goes on: who acts in it, when it wants to be called back."""

    part: Part
    telling: Telling
    price_code: str
    until: datetime


def scenario(name: str, /, *, assumptions: Mapping[str, Any] | None = None, **parameters: Any) -> Story:
    """Live the scenario of that name in a store of its own: ``scenario("refund-in-full", customer_id=42).events``.

    ``parameters`` are those of the scenario (``steppay-mock scenario show NAME`` lists them) and of its store: seed,
    start, locale, currency, is_test, nulls. ``assumptions`` change what no fact settles. An unknown scenario, and a
    wrong parameter, are SteppayMockErrors that name the right ones.
    """
    found = find_scenario(name)
    options = {key: parameters.pop(key) for key in OF_STORES if key in parameters}
    cast = read_parameters(found, parameters)
    store = Store(
        customer=None,
        product=None,
        first_ids=cast.first_ids,
        assumptions=_assumed(found, assumptions),
        **options,
    )
    return _live(store, [(found, parameters, cast)])


def interleave(store: Store, *stories: Story | str) -> Story:
    """Live the scenarios of these stories in one store, at the same time; see :meth:`Store.interleave`."""
    wanted = []
    for one in stories:
        if isinstance(one, Story):
            wanted += [(part.scenario, part.parameters) for part in one.parts]
        else:
            wanted.append((find_scenario(one), {}))
    if len(wanted) < 2:
        raise SteppayMockError("One story cannot be interleaved. Give two or more: store.interleave(a, b)")
    troupe = [(found, parameters, read_parameters(found, parameters)) for found, parameters in wanted]
    for found, _, cast in troupe:
        _require_interleavable(store, found, cast)
    return _live(store, troupe)


def _live(store: Store, troupe: list[tuple[Scenario, Mapping[str, Any], Cast]]) -> Story:
    first = len(store.events)
    running = [_begin(store, found, parameters, cast) for found, parameters, cast in troupe]
    parts = tuple(one.part for one in running)
    for _ in range(_MOST_WAITS):
        if not running:
            break
        turn = min(running, key=lambda one: one.until)
        if not _go_on(store, turn):
            running.remove(turn)
    else:
        raise SteppayMockError(
            f"{parts[0].scenario.name} waits more than {_MOST_WAITS:,} times. Let it come to an end."
        )
    if len(parts) > 1:
        store.events.riffle(first, group=owner_of, chance=Chance(derive_seed(store.seed, "interleave")))
    return Story(parts, store, tuple(store.events[first:]))


def _begin(store: Store, found: Scenario, parameters: Mapping[str, Any], cast: Cast) -> _Running:
    product: Any = {"billing": found.sells, "quota": found.quota, **cast.product}
    shared = _same_product(store, cast)
    if shared is not None:
        price = shared
    elif found.product == "new":
        price = store.create_product(**product).prices[0].code
    else:
        price = store.found_product(**product).prices[0].code
    if found.customer == "new":
        customer = store.create_customer(**cast.customer)
    else:
        customer = store.found_customer(**cast.customer)
    with store.acting_for(customer, buying=price):
        told: Any = found.tell(store, **cast.options)
    nothing: Telling = iter(())
    telling = told if isinstance(told, Iterator) else nothing
    return _Running(Part(found, dict(parameters), customer), telling, price, store.now)


def _go_on(store: Store, turn: _Running) -> bool:
    """Let the story act until it waits again; False at its end."""
    store.advance_to(max(turn.until, store.now))
    with store.acting_for(turn.part.customer, buying=turn.price_code):
        wait = next(turn.telling, None)
    if wait is None:
        return False
    turn.until = _moment(store, wait, turn.part.scenario)
    return True


def _moment(store: Store, wait: Wait, found: Scenario) -> datetime:
    if isinstance(wait, timedelta) and wait >= timedelta(0):
        return store.now + wait
    if isinstance(wait, datetime):
        return wait if wait.tzinfo else wait.replace(tzinfo=UTC)
    raise SteppayMockError(
        f"The scenario {found.name!r} yields {wait!r}. Yield how long time shall pass, such as timedelta(days=30)."
    )


def _same_product(store: Store, cast: Cast) -> str | None:
    """The price of a product of that code which another story of the store sells already."""
    code = cast.product.get("code")
    for product in store.products:
        if product.code == code:
            return product.prices[0].code
    return None


def _require_interleavable(store: Store, found: Scenario, cast: Cast) -> None:
    if not found.yields:
        raise SteppayMockError(
            f"The scenario {found.name!r} passes time by itself, so that nothing can happen meanwhile. "
            "Let it yield its waits: yield timedelta(days=30)"
        )
    if cast.first_ids:
        raise SteppayMockError(
            f"{_named(cast.first_ids)} fix where the ids of a whole store begin. Say it of the store: "
            f"Store(first_ids={cast.first_ids})"
        )
    if found.assumptions != store.assumptions:
        told = _differing(found.assumptions)
        if told:
            raise SteppayMockError(
                f"The scenario {found.name!r} needs a store of other assumptions. Make it: Store(assumptions={told})"
            )


def _named(first_ids: Mapping[str, int]) -> str:
    """The parameters that fix these ids."""
    return ", ".join(f"{kind}_id" for kind in first_ids)


def _assumed(found: Scenario, given: Mapping[str, Any] | None) -> Assumptions:
    read_assumptions(dict(given or {}))
    return replace(found.assumptions, **dict(given or {}))


def _differing(assumptions: Assumptions) -> dict[str, Any]:
    return {
        one.name: getattr(assumptions, one.name)
        for one in fields(assumptions)
        if getattr(assumptions, one.name) != one.default
    }
