"""The example receivers have no finding that counts, and one line broken is the finding that it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from steppay_mock import Clock, Scorecard, check_receiver

if TYPE_CHECKING:
    from examples.conftest import Load, Receiver

SECRET = "whsec_test"
TYPES = ("payment.*", "subscription.updated")


def card_of(receiver: Receiver, **options: Any) -> Scorecard:
    """The card of an example, whose rows are its state."""
    return check_receiver(
        receiver.app,
        secret=SECRET,
        state=lambda: {"subscriptions": receiver.rows("subscriptions"), "payments": receiver.rows("payments")},
        reset=receiver.clear,
        types=TYPES,
        clock=Clock(sleep=lambda _seconds: None),
        **options,
    )


def test_an_example_has_no_finding_that_counts(receiver: Receiver) -> None:
    card = card_of(receiver, quick=True)
    assert card.ok, card.report()
    assert {one.severity for one in card.findings} <= {"assumed"}, card.report()


Break = Callable[[Any], tuple[str, Any]]
"""What is broken: a name of the module steppay_webhook, and what replaces it."""


def no_rotation(module: Any) -> tuple[str, Any]:
    plain = module.verify
    return "verify", lambda header, body, secret: ";" not in header and plain(header, body, secret)


def no_age(_module: Any) -> tuple[str, Any]:
    return "TOLERANCE", 10**12


def times_in_kst(module: Any) -> tuple[str, Any]:
    from datetime import UTC, datetime, timedelta

    def read(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=9) if text else None

    assert module._utc
    return "_utc", read


def any_signature(module: Any) -> tuple[str, Any]:
    assert module.verify
    return "verify", lambda _header, _body, _secret: True


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (any_signature, "signature/verifies-nothing"),
        (no_rotation, "rotation/reads-one-key"),
        (no_age, "replay/checks-no-age"),
        (times_in_kst, "timezone/reads-times-as-kst"),
    ],
)
def test_one_line_broken_is_that_finding(
    broken: Break, finding: str, load: Load, flask_receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("steppay_webhook")
    name, instead = broken(module)
    for where in (module, load("flask_app"), load("sqlite_store")):
        if hasattr(where, name):
            monkeypatch.setattr(where, name, instead)
    card = card_of(flask_receiver, quick=True)
    assert [one.full_name for one in card.findings if one.severity != "assumed"] == [finding], card.report()
