"""Prove that your StepPay webhook receiver is right, in every delivery order, before StepPay does it in production.

Names load on first use, so that ``import steppay_mock`` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers read it as true; importing it from typing would cost more than all the rest
if TYPE_CHECKING:
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.contract.validate import iter_errors, validate
    from steppay_mock.delivery.aws.app import lambda_app
    from steppay_mock.delivery.deliver import deliver, deliver_async
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.own_lack import OwnLackError
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.retries import RetryPolicy
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.delivery.sender.sender import Sender
    from steppay_mock.errors import ContractViolation, SignatureError, SteppayMockError
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.explore import explore, explore_async
    from steppay_mock.ordering.replay import replay, replay_async
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.factory import make_event, make_events
    from steppay_mock.store.api.api import StoreApi
    from steppay_mock.store.lifecycle import IllegalAction
    from steppay_mock.store.scenarios.perform import scenario
    from steppay_mock.store.scenarios.registry import define_scenario, load_scenarios
    from steppay_mock.store.scenarios.story import Story
    from steppay_mock.store.store import Store
    from steppay_mock.wire.signature import sign, verify

__version__ = "0.1.0"

__all__ = [
    "ContractViolation",
    "Counterexample",
    "Endpoint",
    "Event",
    "EventType",
    "Exploration",
    "IllegalAction",
    "Outcome",
    "OwnLackError",
    "Report",
    "RetryPolicy",
    "Schedule",
    "Sender",
    "SignatureError",
    "SteppayMockError",
    "Store",
    "StoreApi",
    "Story",
    "define_scenario",
    "deliver",
    "deliver_async",
    "explore",
    "explore_async",
    "iter_errors",
    "lambda_app",
    "load_scenarios",
    "make_event",
    "make_events",
    "replay",
    "replay_async",
    "scenario",
    "sign",
    "validate",
    "verify",
]

_HOMES = {
    "ContractViolation": "errors",
    "Counterexample": "ordering.counterexample",
    "Event": "payload.event",
    "EventType": "contract.catalogue",
    "Exploration": "ordering.exploration",
    "Endpoint": "delivery.endpoint",
    "IllegalAction": "store.lifecycle",
    "Outcome": "delivery.outcome",
    "OwnLackError": "delivery.own_lack",
    "Report": "delivery.report",
    "RetryPolicy": "delivery.retries",
    "Schedule": "delivery.schedule.schedule",
    "Sender": "delivery.sender.sender",
    "SignatureError": "errors",
    "SteppayMockError": "errors",
    "Store": "store.store",
    "StoreApi": "store.api.api",
    "Story": "store.scenarios.story",
    "define_scenario": "store.scenarios.registry",
    "deliver": "delivery.deliver",
    "deliver_async": "delivery.deliver",
    "explore": "ordering.explore",
    "explore_async": "ordering.explore",
    "iter_errors": "contract.validate",
    "lambda_app": "delivery.aws.app",
    "load_scenarios": "store.scenarios.registry",
    "make_event": "payload.factory",
    "make_events": "payload.factory",
    "replay": "ordering.replay",
    "replay_async": "ordering.replay",
    "scenario": "store.scenarios.perform",
    "sign": "wire.signature",
    "validate": "contract.validate",
    "verify": "wire.signature",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'steppay_mock' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"steppay_mock.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
