"""Changes the payment method of a subscription, by an order that the buyer pays on the hosted page (fact 25)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.orders import Orders
from steppay_mock.store.lifecycle import SUBSCRIPTION, allowed_actions
from steppay_mock.store.payment_methods import Method, choose_payment_method
from steppay_mock.store.records import Basket, Subscription

_ACTION = "change the payment method"


class PaymentMethodChanges(Orders):
    """The change of the payment method of a subscription."""

    def change_payment_method(
        self,
        subscription: Subscription | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: Literal["now", "later"] = "now",
    ) -> Subscription:
        """Change its card or account, in two steps; payments succeed from then on.

        order.created of type PAYMENT_METHOD, which costs nothing. Then the clock moves on by ``seconds_to_pay``, while
        the buyer is on the page: order.updated, subscription.updated, order.payment_completed. With ``pays="later"``
        the order waits for :meth:`pay`, and the method stays as it is until then.
        """
        found = self._allowed(subscription, _ACTION)
        payment_method = choose_payment_method(method, gateway, recurs=True)
        if not payment_method.method.endswith("_BILL"):
            raise SteppayMockError(f"Renewals are not paid by {method!r} (fact 30). Give a 'card', or 'cms'.")
        if pays not in ("now", "later"):
            raise SteppayMockError(f"pays={pays!r} is neither 'now' nor 'later'. Say pays='later', or nothing.")
        time = timedelta(seconds=self.assumptions.seconds_to_pay)
        self._later(time)
        now, price = self._tick(), found.items[0].price
        order = self._new_order(
            "PAYMENT_METHOD",
            self._tables.customers[found.customer_id],
            [self._product_line(price, quantity=0, amount=0, now=now)],
            basket=Basket(
                prices=(price,), pays_for=found.id, gateway=payment_method.gateway, method=payment_method.method
            ),
            waits=True,
        )
        if pays == "now":
            self._pass_until(now + time)
            # The subscription may have ended meanwhile. Then nobody pays, and the order waits.
            if _ACTION in allowed_actions(SUBSCRIPTION, self._tables.subscriptions[found.id].status):
                self._try_to_pay(order, payment_method, pays)
        return self._tables.subscriptions[found.id]
