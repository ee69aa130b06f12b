"""Changes when a subscription is charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.subscriptions import Subscriptions
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Interval
from steppay_mock.store.records import Subscription
from steppay_mock.store.subscription_terms import with_interval, with_payment_at
from steppay_mock.store.whole_numbers import check_interval


class PaymentDates(Subscriptions):
    """The actions on the dates of a subscription. Without one named, it is the customer's newest."""

    def change_interval(
        self, subscription: Subscription | int | None = None, *, interval: Interval, count: int = 1
    ) -> Subscription:
        """Give it another interval, such as 3 MONTH: subscription.updated.

        It starts with the next period, which costs what a period costs now (assumed). Prices keep their interval.
        """
        found = self._allowed(subscription, "change the interval")
        unit, number = check_interval(interval, count, name="count")
        changed = with_interval(found, unit=unit, count=number)
        if changed is found:
            raise SteppayMockError(f"Subscription {found.id} recurs every {number} {unit} already. Give another one.")
        self._tick()
        return self._emit_subscription(changed)

    def move_next_payment(
        self, subscription: Subscription | int | None = None, *, to: datetime | float
    ) -> Subscription:
        """Move its next payment, and with it the end of its period: subscription.updated.

        The period costs the same, and the next ones are counted from there (assumed). originNextPaymentDate stays as it
        was.
        """
        found = self._renewing(subscription, "move the next payment")
        moment = self._later_moment(to, "to")
        if moment == found.next_at:
            raise SteppayMockError(f"to={to}: the next payment is at that moment already. Give another.")
        if found.expires_at is not None and moment >= found.expires_at:
            raise SteppayMockError(
                f"to={to}: subscription {found.id} expires at {found.expires_at.isoformat()}+00:00. Give an earlier "
                "moment."
            )
        now, notice_days = self._tick(), self.assumptions.notice_days
        return self._emit_subscription(with_payment_at(found, moment, now=now, notice_days=notice_days))

    def renew_now(self, subscription: Subscription | int | None = None) -> Subscription:
        """Renew it before its period ends: the events of a renewal, which can fail as any other.

        Its next period starts now, and later ones are counted from now. The rest of the old one is not given back
        (assumed).
        """
        found = self._renewing(subscription, "renew now")
        self._renew_by_order(replace(found, next_at=self._now))
        return self._tables.subscriptions[found.id]

    def _renewing(self, subscription: Subscription | int | None, action: str) -> Subscription:
        """The subscription, if the action is allowed and it has a next payment."""
        found = self._allowed(subscription, action)
        if found.next_at is None:
            refuse(
                action,
                subject=f"subscription {found.id}",
                state="to expire before it would renew",
                hint="Let it end: store.advance().",
            )
        return found
