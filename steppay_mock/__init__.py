"""Tests receivers of StepPay webhooks: makes, checks, signs and delivers events, in every order.

A name is imported on first use, so that ``import steppay_mock`` costs next to nothing. Everything that users need is
here, but for the users of Locust: ``steppay_mock.delivery.locust`` replaces Python's sockets when it is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers read it as true; importing it from typing would cost more than all the rest
if TYPE_CHECKING:
    from steppay_mock.conformance.check_receiver import check_receiver, check_receiver_async
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.conformance.scorecard import Scorecard
    from steppay_mock.contract.bundle import bundle_all, bundle_event
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.contract.schemas import schema_dir
    from steppay_mock.contract.validate import iter_errors, validate
    from steppay_mock.delivery import schedule
    from steppay_mock.delivery.aws.app import lambda_app
    from steppay_mock.delivery.config.config import Config, load_config
    from steppay_mock.delivery.deliver import deliver, deliver_async
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.faults import FAULTS, find_fault
    from steppay_mock.delivery.faults.fault import Fault
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.own_lack import OwnLackError
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.retries import RetryPolicy
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.delivery.sender.sender import Sender
    from steppay_mock.errors import ContractViolation, OrderViolation, SignatureError, SteppayMockError
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.explore import explore, explore_async
    from steppay_mock.ordering.failure import ExplorationError, MissingStepError
    from steppay_mock.ordering.remote import RemoteError, remote_reset, remote_state
    from steppay_mock.ordering.replay import Replay, replay, replay_async
    from steppay_mock.ordering.saving.django import saving_django
    from steppay_mock.ordering.saving.objects import saving_objects
    from steppay_mock.ordering.saving.saving import Saving, saving_all
    from steppay_mock.ordering.saving.sqlalchemy import saving_sqlalchemy, saving_sqlalchemy_async
    from steppay_mock.ordering.saving.sqlite import saving_sqlite
    from steppay_mock.ordering.truth.mapping import load_truth
    from steppay_mock.payload.event import Event, V1Event
    from steppay_mock.payload.factory import make_event, make_events
    from steppay_mock.payload.v1_factory import make_v1_event
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.rest.exchange import ApiCall
    from steppay_mock.rest.patching.vendor_hosts import VendorHostError
    from steppay_mock.rest.rules import ApiHold
    from steppay_mock.sandbox.sandbox import Sandbox
    from steppay_mock.store.assumptions import Assumptions
    from steppay_mock.store.lifecycle import IllegalAction
    from steppay_mock.store.records import Customer, Invoice, Order, Payment, Price, Product, Subscription, Usage
    from steppay_mock.store.scenarios.registry import define_scenario, load_scenarios
    from steppay_mock.store.scenarios.scenario import scenario
    from steppay_mock.store.store import Store, Story
    from steppay_mock.store.timeline import Timeline
    from steppay_mock.wire.signature import sign, verify

__version__ = "0.1.0"

__all__ = [
    "FAULTS",
    "ApiCall",
    "ApiHold",
    "Assumptions",
    "Clock",
    "Config",
    "ContractViolation",
    "Counterexample",
    "Customer",
    "DeliveryOrder",
    "Endpoint",
    "Event",
    "EventType",
    "Exploration",
    "ExplorationError",
    "Fault",
    "Finding",
    "IllegalAction",
    "Invoice",
    "MissingStepError",
    "Order",
    "OrderViolation",
    "Outcome",
    "OwnLackError",
    "Payment",
    "Price",
    "Product",
    "RemoteError",
    "Replay",
    "Report",
    "RetryPolicy",
    "Sandbox",
    "Saving",
    "Schedule",
    "Scorecard",
    "Sender",
    "SignatureError",
    "SteppayMockError",
    "Store",
    "StoreApi",
    "Story",
    "Subscription",
    "Timeline",
    "Usage",
    "V1Event",
    "VendorHostError",
    "bundle_all",
    "bundle_event",
    "check_receiver",
    "check_receiver_async",
    "define_scenario",
    "deliver",
    "deliver_async",
    "explore",
    "explore_async",
    "find_fault",
    "iter_errors",
    "lambda_app",
    "load_config",
    "load_scenarios",
    "load_truth",
    "make_event",
    "make_events",
    "make_v1_event",
    "remote_reset",
    "remote_state",
    "replay",
    "replay_async",
    "saving_all",
    "saving_django",
    "saving_objects",
    "saving_sqlalchemy",
    "saving_sqlalchemy_async",
    "saving_sqlite",
    "scenario",
    "schedule",
    "schema_dir",
    "sign",
    "validate",
    "verify",
]

_HOMES = {
    "ApiCall": "rest.exchange",
    "ApiHold": "rest.rules",
    "Assumptions": "store.assumptions",
    "Clock": "delivery.sender.clock",
    "Config": "delivery.config.config",
    "ContractViolation": "errors",
    "Counterexample": "ordering.counterexample",
    "Customer": "store.records",
    "DeliveryOrder": "delivery.order",
    "Endpoint": "delivery.endpoint",
    "Event": "payload.event",
    "EventType": "contract.catalogue",
    "Exploration": "ordering.exploration",
    "ExplorationError": "ordering.failure",
    "FAULTS": "delivery.faults",
    "Fault": "delivery.faults.fault",
    "Finding": "conformance.finding",
    "IllegalAction": "store.lifecycle",
    "Invoice": "store.records",
    "MissingStepError": "ordering.failure",
    "Order": "store.records",
    "OrderViolation": "errors",
    "Outcome": "delivery.outcome",
    "OwnLackError": "delivery.own_lack",
    "Payment": "store.records",
    "Price": "store.records",
    "Product": "store.records",
    "RemoteError": "ordering.remote",
    "Replay": "ordering.replay",
    "Report": "delivery.report",
    "RetryPolicy": "delivery.retries",
    "Sandbox": "sandbox.sandbox",
    "Saving": "ordering.saving.saving",
    "Schedule": "delivery.schedule.schedule",
    "Scorecard": "conformance.scorecard",
    "Sender": "delivery.sender.sender",
    "SignatureError": "errors",
    "SteppayMockError": "errors",
    "Store": "store.store",
    "StoreApi": "rest.api",
    "Story": "store.store",
    "Subscription": "store.records",
    "Timeline": "store.timeline",
    "Usage": "store.records",
    "V1Event": "payload.event",
    "VendorHostError": "rest.patching.vendor_hosts",
    "bundle_all": "contract.bundle",
    "bundle_event": "contract.bundle",
    "check_receiver": "conformance.check_receiver",
    "check_receiver_async": "conformance.check_receiver",
    "define_scenario": "store.scenarios.registry",
    "deliver": "delivery.deliver",
    "deliver_async": "delivery.deliver",
    "explore": "ordering.explore",
    "explore_async": "ordering.explore",
    "find_fault": "delivery.faults",
    "iter_errors": "contract.validate",
    "lambda_app": "delivery.aws.app",
    "load_config": "delivery.config.config",
    "load_scenarios": "store.scenarios.registry",
    "load_truth": "ordering.truth.mapping",
    "make_event": "payload.factory",
    "make_events": "payload.factory",
    "make_v1_event": "payload.v1_factory",
    "remote_reset": "ordering.remote",
    "remote_state": "ordering.remote",
    "replay": "ordering.replay",
    "replay_async": "ordering.replay",
    "saving_all": "ordering.saving.saving",
    "saving_django": "ordering.saving.django",
    "saving_objects": "ordering.saving.objects",
    "saving_sqlalchemy": "ordering.saving.sqlalchemy",
    "saving_sqlalchemy_async": "ordering.saving.sqlalchemy",
    "saving_sqlite": "ordering.saving.sqlite",
    "scenario": "store.scenarios.scenario",
    "schema_dir": "contract.schemas",
    "sign": "wire.signature",
    "validate": "contract.validate",
    "verify": "wire.signature",
}
"""The module of each name, below ``steppay_mock``."""
_MODULES = {"schedule": "delivery.schedule"}
"""The names that are modules themselves."""


def __getattr__(name: str) -> object:
    home = _HOMES.get(name) or _MODULES.get(name)
    if home is None:
        raise AttributeError(f"module 'steppay_mock' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"steppay_mock.{home}")
    value: object = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
