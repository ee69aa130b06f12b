"""The invariants of the machine: a store that is acted upon, and an auditor who reads its events meanwhile."""

from __future__ import annotations

import re
from collections import Counter

from store.fold import fold
from store.machine_actions import ACTIONS, TIME
from store.machine_auditor import Auditor
from store.machine_dice import Dice, seldom

from steppay_mock import SteppayMockError, Store

_SENTENCE = re.compile(r"\S[.?)]$")
_BY_ITSELF = {*TIME, "resume", "undo", "checkout", "checkout_for_another"}
_BY_ITSELF |= {"change_payment_method", "add_payment_method", "replace_payment_method"}


class World:
    """A store with its auditor."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.auditor = Auditor(store.state(at=0))
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.read = 0
        assert not store.events

    def act(self, name: str, dice: Dice) -> None:
        """Do it, and audit what came of it; if it was refused, that nothing did."""
        now, count = self.store.now, len(self.store.events)
        refusal: str | None = None
        try:
            ACTIONS[name](self.store, dice)
        except SteppayMockError as error:
            refusal = str(error)
        (self.done if refusal is None else self.refused)[name] += 1
        assert refusal is None or _SENTENCE.search(refusal), f"no next step: {refusal}"
        assert refusal is None or (self.store.now, len(self.store.events)) == (now, count), f"half done: {refusal}"
        self._audit(name)

    def look_back(self, dice: Dice) -> None:
        """What was true after any number of events, by that number and by the event itself."""
        count = dice.whole(0, len(self.store.events))
        payloads = [event.payload for event in self.store.events[:count]]
        then = fold(self.store.state(at=0), payloads)
        assert self.store.state(at=count) == then
        if count:
            event = self.store.events[count - 1]
            first = payloads.index(event.payload) + 1  # two events of one second can be alike
            expected = then if first == count else fold(self.store.state(at=0), payloads[:first])
            assert self.store.state(at=event) == expected

    def _audit(self, name: str) -> None:
        if name == "found":
            self.auditor.know(self.store.state(at=0))
        self.auditor.counted |= {price.code for price in self.store.prices if price.renewals}
        events = self.store.events[self.read :]
        self.read += len(events)
        for event in events:
            self.auditor.read(event.payload)
        assert name in _BY_ITSELF or len({event.timestamp for event in events}) <= 1, "one second a burst (fact 6)"
        assert not events or events[-1].timestamp <= self.store.now.timestamp()
        self.auditor.close()
        assert self.store.state() == self.auditor.state
        if name in TIME:
            self._require_nothing_due()

    def _require_nothing_due(self) -> None:
        """When time has passed, nothing is left for which it was time."""
        now = self.store.now.replace(tzinfo=None).isoformat(timespec="microseconds")
        for subscription in self.auditor.state["subscriptions"].values():
            due = [subscription["nextPaymentDate"]]
            if subscription["status"] == "PENDING_CANCEL":
                due.append(subscription["endDate"])
            if subscription["status"] == "PENDING_PAUSE":
                due.append(subscription["currentPeriod"]["endDateTime"])
            assert all(moment is None or _whole(moment) > now for moment in due), subscription
        for invoice in self.auditor.state["invoices"].values():
            assert invoice["status"] != "RESERVATION" or _whole(invoice["reservationAt"]) > now
            assert invoice["status"] != "SENT" or _whole(invoice["purchaseDeadline"]) > now


def _whole(moment: str) -> str:
    return moment if "." in moment else f"{moment}.000000"


def live(dice: Dice, store: Store, *, steps: int) -> World:
    """A world in which so many actions were tried."""
    world = World(store)
    for _ in range(steps):
        world.act(TRIED[dice.whole(0, len(TRIED) - 1)], dice)
        if seldom(dice, 3):
            world.look_back(dice)
    return world


_OFTEN = (
    *("checkout",) * 6,
    *("days_pass", "days_pass", "decline_payments", "decline_payments"),
    *("postpone_message", "postpone_message", "postpone_message", "move_payment_date", "move_payment_date"),
    *("pause", "pause", "pause", "cancel", "cancel_order", "change_payment_method", "change_payment_method"),
    *("confirm_payment", "reject_payment", "reject_payment"),
    *("add_usage", "draft_invoice", "send_invoice", "create_product"),
)
TRIED = (*ACTIONS, *_OFTEN)
"""The actions to choose from; what leads on comes more often."""
