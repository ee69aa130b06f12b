"""Runs scenarios in a store: starts each one, and goes on with it when its wait is over.

Several scenarios can run in one store. The one whose wait ends first goes on first, and the store does the work that is
due before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from steppay_mock.errors import ContractViolation, SteppayMockError
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.assumptions import Assumptions
from steppay_mock.store.records import Customer, owner_of
from steppay_mock.store.scenarios.definition import Scenario, StoryWaits, Wait
from steppay_mock.store.scenarios.parameters import CheckedParameters, read_parameters
from steppay_mock.store.scenarios.registry import find_scenario

_MOST_WAITS = 100_000


@dataclass(frozen=True, slots=True)
class StoryPart:
    """One scenario of a story, with the parameters and assumptions that the caller gave."""

    scenario: Scenario
    parameters: Mapping[str, Any]
    customer: Customer
    assumptions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScenarioCall:
    """A scenario to run, with the parameters and assumptions that the caller gave."""

    scenario: Scenario
    parameters: Mapping[str, Any]
    checked: CheckedParameters
    assumptions: Mapping[str, Any]


@dataclass(slots=True)
class _RunningScenario:
    """A scenario that was started: its customer, its price, and when it goes on."""

    part: StoryPart
    waits: StoryWaits
    price_code: str
    until: datetime


def interleave(store: AllActions, asked: Sequence[tuple[StoryPart, ...] | str]) -> tuple[StoryPart, ...]:
    """Run several scenarios in one store at the same time; see :meth:`Store.interleave`."""
    calls = [call for one in asked for call in _calls(one)]
    if len(calls) < 2:
        raise SteppayMockError("One story cannot be interleaved. Give two or more: store.interleave(a, b)")
    for call in calls:
        _require_interleavable(store, call)
    _require_apart(store, calls)
    first = len(store.events)
    parts = run_scenarios(store, calls)
    store.events.riffle(first, group=owner_of, chance=Chance(derive_seed(store.seed, "interleave")))
    return parts


def run_scenarios(store: AllActions, calls: Sequence[ScenarioCall]) -> tuple[StoryPart, ...]:
    """Run the scenarios to their ends."""
    running = [_start(store, call) for call in calls]
    parts = tuple(one.part for one in running)
    waits = 0
    while running:
        turn = min(running, key=lambda one: one.until)  # of equal waits, the one that was given first
        if not _go_on(store, turn):
            running.remove(turn)
            continue
        waits += 1
        if waits > _MOST_WAITS:
            names = ", ".join(one.part.scenario.name for one in running)
            raise SteppayMockError(
                f"{names}: no end after {_MOST_WAITS:,} waits. Let the function return at some point."
            )
    return parts


def _calls(asked: tuple[StoryPart, ...] | str) -> list[ScenarioCall]:
    if isinstance(asked, tuple) and all(isinstance(one, StoryPart) for one in asked):
        return [
            ScenarioCall(
                part.scenario, part.parameters, read_parameters(part.scenario, part.parameters), part.assumptions
            )
            for part in asked
        ]
    found = find_scenario(asked)
    return [ScenarioCall(found, {}, read_parameters(found, {}), {})]


def _start(store: AllActions, call: ScenarioCall) -> _RunningScenario:
    found, given = call.scenario, call.checked
    # The product comes before the customer: their ids and texts are drawn from one random sequence, in this order.
    product: Any = {"billing": found.sells, "quota": found.quota, **given.product}
    shared = _same_product(store, given)
    if shared is not None:
        price = shared
    elif found.product == "new":
        price = store.create_product(**product).prices[0].code
    else:
        price = store.found_product(**product).prices[0].code
    if found.customer == "new":
        customer = store.create_customer(**given.customer)
    else:
        customer = store.found_customer(**given.customer)
    with store.acting_for(customer, buying=price), _mistakes_located(found):
        # A generator function returns here without running a line. A plain function runs to its end.
        waits: Any = found.function(store, **given.options)
    if waits is not None and not isinstance(waits, Iterator):
        raise SteppayMockError(
            f"The function of the scenario {found.name!r} returns {waits!r}. Let it yield its waits, or return nothing."
        )
    part = StoryPart(found, dict(call.parameters), customer, call.assumptions)
    return _RunningScenario(part, iter(()) if waits is None else waits, price, store.now)


def _go_on(store: AllActions, turn: _RunningScenario) -> bool:
    """Run the scenario until it waits again; False at its end."""
    # max(): an action of another scenario may have moved the clock by milliseconds past ``until``.
    store.advance_to(max(turn.until, store.now))
    with store.acting_for(turn.part.customer, buying=turn.price_code), _mistakes_located(turn.part.scenario):
        wait = next(turn.waits, None)
        if wait is None:
            return False
        turn.until = _moment(store, wait, turn.part.scenario)
    return True


@contextmanager
def _mistakes_located(found: Scenario) -> Iterator[None]:
    """Turn an error of the scenario's own code into one that names the scenario and the line."""
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


def _moment(store: AllActions, wait: Wait, found: Scenario) -> datetime:
    if isinstance(wait, timedelta) and wait >= timedelta(0):
        try:
            return store.now + wait
        except OverflowError:
            raise SteppayMockError(
                f"The scenario {found.name!r} would wait {wait.days:,} days, and the store's clock cannot go beyond "
                "the year 9999. Give it less."
            ) from None
    if isinstance(wait, datetime):
        return wait if wait.tzinfo else wait.replace(tzinfo=UTC)
    if isinstance(wait, timedelta):
        raise SteppayMockError(
            f"The scenario {found.name!r} would wait {wait.total_seconds():g} seconds, and time cannot go back. "
            "Give it numbers from 0 up."
        )
    raise SteppayMockError(f"The scenario {found.name!r} yields {wait!r}. Yield a wait, such as timedelta(days=30).")


def _same_product(store: AllActions, given: CheckedParameters) -> str | None:
    """The price of the product with that code, if the store has it already: an interleaved story may share it."""
    code = given.product.get("code")
    for product in store.products:
        if product.code == code:
            return product.prices[0].code
    return None


def _require_interleavable(store: AllActions, call: ScenarioCall) -> None:
    found, given = call.scenario, call.checked
    if not found.yields:
        raise SteppayMockError(
            f"The scenario {found.name!r} calls store.advance() itself, so that no other story can run meanwhile. "
            "Let it yield its waits: yield timedelta(days=30)"
        )
    if given.first_ids:
        raise SteppayMockError(
            f"{_named(given.first_ids)} set the first ids of a whole store. Give them to the store: "
            f"Store(first_ids={given.first_ids})"
        )
    if found.v1 is not None and store.v1 is None:
        raise SteppayMockError(
            f"The scenario {found.name!r} needs a store that sends webhooks v1. Make one: Store(v1={found.v1!r})"
        )
    needed = {**_differing(found.assumptions), **call.assumptions}
    if any(getattr(store.assumptions, name) != value for name, value in needed.items()):
        raise SteppayMockError(
            f"The scenario {found.name!r} needs a store with other assumptions. Make one: "
            f"Store(assumptions={ {**_differing(store.assumptions), **needed} })"
        )


def _require_apart(store: AllActions, calls: list[ScenarioCall]) -> None:
    """Raise SteppayMockError if two stories share a customer id, or sell one product in two ways."""
    customers = [customer.id for customer in store.customers]
    sold: dict[str, str] = {}
    for call in calls:
        number, code = call.checked.customer.get("id"), call.checked.product.get("code")
        if number is not None and number in customers:
            raise SteppayMockError(
                f"The store has a customer {number} already. Give {call.scenario.name!r} another customer_id, or none."
            )
        customers += [] if number is None else [number]
        if code is not None and sold.setdefault(code, call.scenario.sells) != call.scenario.sells:
            raise SteppayMockError(
                f"The product {code!r} is sold as {sold[code]!r}, and {call.scenario.name!r} sells as "
                f"{call.scenario.sells!r}. Give it another product_code, or none."
            )


def _named(first_ids: Mapping[str, int]) -> str:
    """The names of the parameters that set these ids."""
    return ", ".join(f"{kind}_id" for kind in first_ids)


def _differing(assumptions: Assumptions) -> dict[str, Any]:
    return {
        one.name: getattr(assumptions, one.name)
        for one in fields(assumptions)
        if getattr(assumptions, one.name) != one.default
    }
