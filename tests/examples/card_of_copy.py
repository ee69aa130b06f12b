"""Prints the card of an example receiver whose files were copied, as JSON: run with its folder first on the path.

    python card_of_copy.py MODULE DATABASE OPTIONS

A process of its own, as a second Django, or a second module of one name, has no place in that of the tests.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from examples.conftest import SECRET, Receiver, opened

from steppay_mock import Clock, Scorecard, check_receiver

TYPES = ("payment.*", "subscription.updated")


def card_of(receiver: Receiver, **options: Any) -> Scorecard:
    """The card of an example in Python, whose rows are its state."""
    return check_receiver(
        receiver.app,
        secret=SECRET,
        state=lambda: {"subscriptions": receiver.rows("subscriptions"), "payments": receiver.rows("payments")},
        reset=receiver.clear,
        types=TYPES,
        clock=Clock(sleep=lambda _seconds: None),
        **options,
    )


def main(module: str, database: str, options: str) -> None:
    """Check the receiver of the module, on this database."""
    with opened(importlib.import_module(module), database) as receiver:
        card = card_of(receiver, **json.loads(options))
    sys.stdout.write(json.dumps(card.as_dict() | {"report": card.report()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
