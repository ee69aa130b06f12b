"""How is a scenario lived? Its store is made ready, and its function is called back whenever its wait is over.

Several scenarios can be lived in one store: whoever's wait is over first goes on, and what falls due between is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from steppay_mock.errors import ContractViolation, SteppayMockError
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.store.assumptions import Assumptions, read_assumptions
from steppay_mock.store.records import owner_of
from steppay_mock.store.scenarios.definition import Scenario, Telling, Wait
from steppay_mock.store.scenarios.parameters import OF_STORES, Cast, read_parameters
from steppay_mock.store.scenarios.registry import find_scenario
from steppay_mock.store.scenarios.story import Part, Story
from steppay_mock.store.store import Store

_MOST_WAITS = 100_000


@dataclass(frozen=True, slots=True)
class _Role:
    """A scenario that is to be lived, and what was said of it."""

    scenario: Scenario
    parameters: Mapping[str, Any]
    cast: Cast
    assumptions: Mapping[str, Any]


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
    start, locale, currency, is_test, nulls, body. ``assumptions`` change what no fact settles. An unknown scenario,
    and a wrong parameter, are SteppayMockErrors that name the right ones.
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
    told = {name: value for name, value in options.items() if name != "seed"}
    return replace(_live(store, [_Role(found, parameters, cast, dict(assumptions or {}))]), options=told)


def interleave(store: Store, *stories: Story | str) -> Story:
    """Live the scenarios of these stories in one store, at the same time; see :meth:`Store.interleave`."""
    troupe = [role for one in stories for role in _roles(one)]
    if len(troupe) < 2:
        raise SteppayMockError("One story cannot be interleaved. Give two or more: store.interleave(a, b)")
    for role in troupe:
        _require_interleavable(store, role)
    _require_apart(store, troupe)
    return _live(store, troupe)


def _roles(story: Story | str) -> list[_Role]:
    if isinstance(story, Story):
        return [
            _Role(part.scenario, part.parameters, read_parameters(part.scenario, part.parameters), part.assumptions)
            for part in story.parts
        ]
    found = find_scenario(story)
    return [_Role(found, {}, read_parameters(found, {}), {})]


def _live(store: Store, troupe: list[_Role]) -> Story:
    first = len(store.events)
    running = [_begin(store, role) for role in troupe]
    parts = tuple(one.part for one in running)
    for _ in range(_MOST_WAITS):
        if not running:
            break
        turn = min(running, key=lambda one: one.until)
        if not _go_on(store, turn):
            running.remove(turn)
    else:
        names = ", ".join(one.part.scenario.name for one in running)
        raise SteppayMockError(f"After {_MOST_WAITS:,} waits there is no end of {names}. Let it come to one.")
    if len(parts) > 1:
        store.events.riffle(first, group=owner_of, chance=Chance(derive_seed(store.seed, "interleave")))
    return Story(parts, store, tuple(store.events[first:]), first)


def _begin(store: Store, role: _Role) -> _Running:
    found, cast = role.scenario, role.cast
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
    with store.acting_for(customer, buying=price), _blamed(found):
        told: Any = found.tell(store, **cast.options)
    if told is not None and not isinstance(told, Iterator):
        raise SteppayMockError(
            f"The function of the scenario {found.name!r} gives {told!r}. Let it yield its waits, or give nothing."
        )
    telling: Telling = iter(()) if told is None else told
    return _Running(Part(found, dict(role.parameters), customer, role.assumptions), telling, price, store.now)


def _go_on(store: Store, turn: _Running) -> bool:
    """Let the story act until it waits again; False at its end."""
    store.advance_to(max(turn.until, store.now))
    with store.acting_for(turn.part.customer, buying=turn.price_code), _blamed(turn.part.scenario):
        wait = next(turn.telling, None)
        if wait is None:
            return False
        turn.until = _moment(store, wait, turn.part.scenario)
    return True


@contextmanager
def _blamed(found: Scenario) -> Iterator[None]:
    """Say in which scenario, and where, something was raised that no store raises: it is a mistake in there."""
    try:
        yield
    except (SteppayMockError, ContractViolation):
        raise
    except Exception as error:
        line = _line_in(found, error)
        raise SteppayMockError(
            f"The scenario {found.name!r} failed: {type(error).__name__}: {error} ({found.origin}{line}). Correct it, "
            "or what it was given."
        ) from error


def _line_in(found: Scenario, error: Exception) -> str:
    step, line = error.__traceback__, ""
    while step is not None:
        if step.tb_frame.f_code.co_filename == found.origin.rpartition(":")[0]:
            line = f", line {step.tb_lineno}"
        step = step.tb_next
    return line


def _moment(store: Store, wait: Wait, found: Scenario) -> datetime:
    if isinstance(wait, timedelta) and wait >= timedelta(0):
        return store.now + wait
    if isinstance(wait, datetime):
        return wait if wait.tzinfo else wait.replace(tzinfo=UTC)
    if isinstance(wait, timedelta):
        raise SteppayMockError(
            f"The scenario {found.name!r} would wait {wait.total_seconds():g} seconds, and time does not go back. "
            "Give it numbers from 0 up."
        )
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


def _require_interleavable(store: Store, role: _Role) -> None:
    found, cast = role.scenario, role.cast
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
    needed = {**_differing(found.assumptions), **role.assumptions}
    if any(getattr(store.assumptions, name) != value for name, value in needed.items()):
        raise SteppayMockError(
            f"The scenario {found.name!r} needs a store of other assumptions. Make it: "
            f"Store(assumptions={ {**_differing(store.assumptions), **needed} })"
        )


def _require_apart(store: Store, troupe: list[_Role]) -> None:
    """Refuse, before anything is made, stories that are about one customer, or sell one product in two ways."""
    customers = [customer.id for customer in store.customers]
    sold: dict[str, str] = {}
    for role in troupe:
        number, code = role.cast.customer.get("id"), role.cast.product.get("code")
        if number is not None and number in customers:
            raise SteppayMockError(
                f"There is a customer {number} already. Give {role.scenario.name!r} another customer_id, or none."
            )
        customers += [] if number is None else [number]
        if code is not None and sold.setdefault(code, role.scenario.sells) != role.scenario.sells:
            raise SteppayMockError(
                f"The product {code!r} is sold as {sold[code]!r}, and {role.scenario.name!r} sells as "
                f"{role.scenario.sells!r}. Give it another product_code, or none."
            )


def _named(first_ids: Mapping[str, int]) -> str:
    """The parameters that fix these ids."""
    return ", ".join(f"{kind}_id" for kind in first_ids)


def _assumed(found: Scenario, given: Mapping[str, Any] | None) -> Assumptions:
    if given is not None and not isinstance(given, Mapping):
        read_assumptions(given)  # says what to write
    read_assumptions(dict(given or {}))
    return replace(found.assumptions, **dict(given or {}))


def _differing(assumptions: Assumptions) -> dict[str, Any]:
    return {
        one.name: getattr(assumptions, one.name)
        for one in fields(assumptions)
        if getattr(assumptions, one.name) != one.default
    }
