"""The fixtures of the plugin. A test module or a conftest overrides one with a fixture of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_steppay.door import StepPay
    from pytest_steppay.options import Options, SecretLike, TargetLike
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.delivery.sender.sender import Sender
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.sandbox.sandbox import Sandbox
    from steppay_mock.store.store import Store


@pytest.fixture
def steppay(
    request: pytest.FixtureRequest, steppay_seed: int | str, steppay_secret: SecretLike, steppay_target: TargetLike
) -> StepPay:
    """Make StepPay events, deliver them to the receiver under test, validate and sign."""
    from pytest_steppay.door import StepPay
    from pytest_steppay.record import record_of
    from pytest_steppay.report import repeat_command

    return StepPay(
        seed=steppay_seed,
        secret=steppay_secret,
        target=steppay_target,
        options=_options(request),
        record=record_of(request.node),
        repeat=repeat_command(request.node),
    )


@pytest.fixture
def steppay_secret(request: pytest.FixtureRequest) -> SecretLike:
    """The secret that signs deliveries: marker, --steppay-secret, ini, STEPPAY_WEBHOOK_SECRET, else whsec_test."""
    return _options(request).secret


@pytest.fixture
def steppay_seed(request: pytest.FixtureRequest) -> int | str:
    """The test's own seed: the marker's, or derived from --steppay-seed and the node id, in any order."""
    from pytest_steppay.record import record_of
    from pytest_steppay.report import test_id
    from steppay_mock.payload.chance import derive_seed

    options = _options(request)
    seed = derive_seed(options.base_seed, test_id(request.node)) if options.seed is None else options.seed
    record_of(request.node).seed = seed
    return seed


@pytest.fixture
def steppay_target(request: pytest.FixtureRequest) -> TargetLike:
    """The receiver of steppay.deliver and steppay.explore: marker, --steppay-target, ini, else None."""
    return _options(request).target


@pytest.fixture
def steppay_event_type(request: pytest.FixtureRequest) -> EventType:
    """Each event type in turn: those that the marker names, else all."""
    _options(request)
    if not hasattr(request, "param"):
        pytest.fail(
            "The event types are chosen at collection. Add steppay_event or steppay_event_type to the arguments of the "
            "test function, or make one event: steppay.event('payment.completed')",
            pytrace=False,
        )
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def steppay_event(steppay: StepPay, steppay_event_type: EventType) -> Event:
    """An event of each type in turn: of those that the marker names, else of all."""
    return steppay.event(steppay_event_type)


@pytest.fixture
def steppay_checks(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Each group of checks in turn, for ``steppay.check_receiver(only=steppay_checks)``: xdist spreads them."""
    _options(request)
    if not hasattr(request, "param"):
        pytest.fail(
            "The groups of checks are chosen at collection. Add steppay_checks to the arguments of the test function, "
            "or make all checks in one test: leave out only=steppay_checks.",
            pytrace=False,
        )
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def steppay_store(steppay: StepPay, steppay_seed: int | str) -> Store:
    """A simulated StepPay store with a customer and a product with a monthly price; its seed follows the test's."""
    from steppay_mock.payload.chance import derive_seed

    # Not the next seed of the test: a test that adds this fixture, or steppay_api, still gets the same events.
    return steppay.store(seed=derive_seed(steppay_seed, "store"))


@pytest.fixture
def steppay_sender(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    steppay_seed: int | str,
    steppay_secret: SecretLike,
    steppay_target: TargetLike,
) -> Sender:
    """A sender to the URL of steppay_target, with concurrent deliveries, retries, and a journal in tmp_path."""
    from pytest_steppay.record import record_of
    from pytest_steppay.sender import open_sender

    return open_sender(
        steppay_target,
        secret=steppay_secret,
        seed=steppay_seed,
        options=_options(request),
        journal=tmp_path / "steppay.sqlite",
        record=record_of(request.node),
    )


@pytest.fixture
def steppay_token() -> str:
    """The Secret-Token of calls of steppay_api and steppay_sandbox: STEPPAY_SECRET_TOKEN, else test_token."""
    import os

    from pytest_steppay.options import Secret

    return Secret(os.environ.get("STEPPAY_SECRET_TOKEN") or "test_token")


@pytest.fixture
def steppay_api(
    request: pytest.FixtureRequest, steppay: StepPay, steppay_store: Store, steppay_token: str
) -> Iterator[StoreApi]:
    """StepPay's REST API for a receiver that calls it with requests or httpx. The calls are answered in process.

    The API answers for steppay_store and for every store and scenario of the test. During the test StepPay's host
    names resolve to no address in this process.
    """
    from pytest_steppay.record import record_of
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.rest.refused_calls import refusals_noted

    api = StoreApi(steppay_store, token=steppay_token)
    steppay.answer_through(api)
    with refusals_noted() as refused, api.patched():
        record = record_of(request.node)
        record.refused, record.calls = refused, api.calls
        yield api


@pytest.fixture
def steppay_sandbox(
    *,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    steppay_seed: int | str,
    steppay_secret: SecretLike,
    steppay_token: str,
    steppay_target: TargetLike,
) -> Iterator[Sandbox]:
    """A StepPay of the test's own: REST API, store, clock and webhooks at steppay_sandbox.url.

    Webhooks go to steppay_target if that is a URL, and to the endpoints that the test adds. Nothing is waited for.
    """
    from pytest_steppay.record import record_of
    from pytest_steppay.sandbox import open_sandbox

    with open_sandbox(
        steppay_target,
        secret=steppay_secret,
        token=steppay_token,
        seed=steppay_seed,
        options=_options(request),
        data=tmp_path / "steppay-sandbox.sqlite",
        record=record_of(request.node),
    ) as sandbox:
        yield sandbox


def _options(request: pytest.FixtureRequest) -> Options:
    """The settings of the test. Reading them marks the test as one that uses the fixtures."""
    from pytest_steppay.options import options_of
    from pytest_steppay.record import record_of

    record_of(request.node)
    return options_of(request.node)
