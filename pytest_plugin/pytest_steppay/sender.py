"""The sender of a test: its seeds follow from the test's, and the record has each of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pytest

from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
from steppay_mock.delivery.address.access import read_access, secrets_of_access
from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.delivery.sender.sender import Sender
from steppay_mock.payload.chance import SEEDS, derive_seed

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_steppay.options import Options, SecretLike, TargetLike
    from pytest_steppay.record import ItemRecord
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.run.drivers import Watch
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.delivery.sender.sender import SendOptions
    from steppay_mock.payload.event import Events

_SERVED = "let a fixture steppay_target serve the app and give its URL, as docs/pytest.md shows."


class RecordedSender(Sender):
    """The sender of a test."""

    def __init__(
        self, url: str, *, seed: int | str, record: ItemRecord, secret: Any, journal: Path, **options: Any
    ) -> None:
        # Nothing is waited for: a schedule or a retry of a day is no reason for a test to take one.
        super().__init__(url, secret=secret, journal=journal, speed=0.0, **options)
        self._seed = seed
        self._record = record
        self._journal = journal
        self._sent = 0
        record.add_secret(secret)
        record.add_secret(secrets_of_access(options))

    def send(self, events: Events | Schedule, **options: Unpack[SendOptions]) -> Report:
        """Deliver the events, and report the answers; without ``seed`` each call has one of the test's own."""
        return self._recorded(super().send(events, **self._seeded(options)))

    async def send_async(self, events: Events | Schedule, **options: Unpack[SendOptions]) -> Report:
        """Do as :meth:`send` does, in a thread, while the event loop goes on."""
        return self._recorded(await super().send_async(events, **self._seeded(options)))

    def resume(self, *, watch: Watch | None = None, keep_outcomes: bool | None = None) -> list[Report]:
        """Complete every run of the journal that was cut off."""
        return [self._recorded(one) for one in super().resume(watch=watch, keep_outcomes=keep_outcomes)]

    def _seeded(self, options: SendOptions) -> SendOptions:
        self._sent += 1
        if options.get("seed") is not None:
            return options
        return {**options, "seed": derive_seed(self._seed, "sender", self._sent) % SEEDS}

    def _recorded(self, report: Report) -> Report:
        self._record.add_sent(report, journal=self._journal)
        return report


def open_sender(
    target: TargetLike, *, secret: SecretLike, seed: int | str, options: Options, journal: Path, record: ItemRecord
) -> RecordedSender:
    """A sender to the target, which has to be a URL: a failure of the test that says what to do, if it is none."""
    settings = options.delivery_options
    allowed = allowed_names(settings["allow_hosts"])
    endpoint = parse_address(
        _url(target), path=settings.get("path", DEFAULT_PATH), allowed=allowed, access=read_access(options.access)
    )
    through: Any = endpoint.access.options
    return RecordedSender(
        endpoint.url, secret=secret, journal=journal, allow_hosts=allowed, seed=seed, record=record, **through
    )


def _url(target: TargetLike) -> str:
    if isinstance(target, str) and "://" in target:
        return target
    if target is None:
        pytest.fail(
            "steppay_sender has no receiver to send to. Give a URL: steppay_target = http://localhost:8000 in the "
            f"pytest configuration, --steppay-target, @pytest.mark.steppay(target=...); or {_SERVED}",
            pytrace=False,
        )
    shown = repr(target) if isinstance(target, str) else type(target).__name__
    pytest.fail(
        f"steppay_sender sends over HTTP, and the target is an app: {shown}. Hand it the events in process, with "
        f"steppay.deliver; or {_SERVED}",
        pytrace=False,
    )
