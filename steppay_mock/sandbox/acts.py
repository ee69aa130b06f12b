"""What changes the store of a sandbox: each act has a name and arguments of plain data, so that it can be repeated.

A store is made of its seed and its acts. The same acts on a store of the same recipe give the same events.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError, check_names, did_you_mean
from steppay_mock.rest.exchange import ApiAnswer, ApiRequest
from steppay_mock.rest.places import place_at
from steppay_mock.store.scenarios.parameters import read_parameters
from steppay_mock.store.scenarios.registry import all_scenarios, find_scenario
from steppay_mock.store.scenarios.simulation import ScenarioCall, run_scenarios

if TYPE_CHECKING:
    from steppay_mock.store.store import Store

ACTIONS = (
    *("create_customer", "update_customer", "delete_customer"),
    *("create_product", "update_product", "delete_product", "create_price", "update_price", "delete_price"),
    *("checkout", "pay", "confirm_payment", "reject_payment", "cancel_order", "refund"),
    *("cancel", "pause", "undo", "resume", "change_plan", "change_quantity"),
    *("change_interval", "move_next_payment", "renew_now", "add_item", "remove_item", "replace_items"),
    *("change_payment_method", "add_payment_method", "replace_payment_method", "remove_payment_method"),
    *("add_usage", "top_up"),
    *("decline_payments", "accept_payments", "postpone_message", "move_payment_date"),
    *("draft_invoice", "update_invoice", "reserve_invoice", "send_invoice", "pay_invoice", "delete_invoice"),
)
"""The actions of a store that a sandbox can be asked for, by their names in Python."""

_MOMENTS = frozenset({"at", "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One change. ``at`` is the store's time of it, in microseconds since the epoch."""

    name: str
    arguments: Mapping[str, Any]
    at: int
    events: int
    """The number of events before it."""


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """The answer to a call of the REST API that wrote, and the notes on it."""

    answer: ApiAnswer
    notes: tuple[str, ...]


def data_of_call(request: ApiRequest) -> dict[str, Any]:
    """A call that writes as plain data, without its token: the arguments of the act ``call``."""
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body.decode("latin-1"),  # every byte is a letter of it
        "content_type": request.content_type,
    }


def perform(store: Store, name: str, arguments: Mapping[str, Any]) -> Any:
    """Do the act; what it gives. SteppayMockError if the store refuses it."""
    return _ACTS[name](store, arguments)


def check_action(name: str) -> str:
    """The name of an action of the store; SteppayMockError with the nearest one."""
    known = name.replace("-", "_")
    check_names([known], ACTIONS, owner="A store", noun="action")
    return known


def _advance(store: Store, arguments: Mapping[str, Any]) -> None:
    check_names(arguments, ("days", "hours", "minutes", "seconds"), owner="advance", noun="argument")
    store.advance(**arguments)


def _act(store: Store, arguments: Mapping[str, Any]) -> Any:
    method = getattr(store, check_action(arguments["name"]))
    given = {name: _as_python(name, value) for name, value in arguments["arguments"].items()}
    accepted = inspect.signature(method).parameters.values()
    if all(one.kind is not inspect.Parameter.VAR_KEYWORD for one in accepted):
        check_names(given, [one.name for one in accepted], owner=f"The action {arguments['name']}", noun="argument")
    try:
        inspect.signature(method).bind(**given)
    except TypeError as error:  # an argument without a default is missing: the others were checked
        raise SteppayMockError(f"The action {arguments['name']}: {error}. Give it.") from None
    return method(**given)


def _call(store: Store, arguments: Mapping[str, Any]) -> WrittenAnswer:
    request = ApiRequest(
        method=arguments["method"],
        path=arguments["path"],
        query=arguments["query"],
        body=arguments["body"].encode("latin-1"),
        content_type=arguments["content_type"],
    )
    place = place_at(request.path)
    target = None if place is None else place.write(request.method)
    if target is None:
        raise SteppayMockError(
            f"{request.method} {request.path} is no call that writes here. Another steppay-mock kept it: use that one."
        )
    notes: list[str] = []
    return WrittenAnswer(target.answer(request, (store,), notes), tuple(notes))


def _play(store: Store, arguments: Mapping[str, Any]) -> None:
    name, known = arguments["name"], all_scenarios()
    if isinstance(name, str) and name not in known:
        raise SteppayMockError(
            f"Unknown scenario {name!r}.{did_you_mean(name, known)} `steppay-mock scenario list` shows all "
            f"{len(known)}. One in a file of your own needs `steppay-mock dev --from FILE`."
        )
    found = find_scenario(name)
    parameters = arguments["parameters"]
    checked = read_parameters(found, parameters)
    if checked.first_ids:
        raise SteppayMockError(
            f"{', '.join(sorted(checked.first_ids))}: the first ids are those of a new store. Leave them out, or start "
            "the sandbox with the scenario."
        )
    if found.v1 is not None and store.v1 is None:
        raise SteppayMockError(
            f"The scenario {found.name!r} needs webhooks v1, and this sandbox sends none. Start a new one with "
            f"`steppay-mock dev --v1 {found.v1}`, in Python Sandbox(store={{'v1': {found.v1!r}}})."
        )
    run_scenarios(store, [ScenarioCall(found, parameters, checked, {})])


def _as_python(name: str, value: Any) -> Any:
    """The argument as the action takes it: JSON has no moments, no tuples, and no objects with numbers for keys."""
    if name in _MOMENTS and isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise SteppayMockError(
                f"{name}={value!r} is no moment. Give one with a zone, such as 2026-12-01T00:00:00+00:00, or epoch "
                "seconds."
            ) from None
    if name == "quantities" and isinstance(value, Mapping):
        return {int(key) if str(key).isdecimal() else key: quantity for key, quantity in value.items()}
    return tuple(value) if name == "until" and isinstance(value, list) else value


_ACTS: dict[str, Callable[[Store, Mapping[str, Any]], Any]] = {
    "advance": _advance,
    "action": _act,
    "call": _call,
    "scenario": _play,
}
