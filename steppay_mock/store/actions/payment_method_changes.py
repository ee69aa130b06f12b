"""Changes payment methods, by orders that the buyer pays on the hosted page (fact 25), and removes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.store.actions.orders import Orders
from steppay_mock.store.actions.subscriptions import CHANGE_METHOD
from steppay_mock.store.customer_cards import cards_of
from steppay_mock.store.lifecycle import SUBSCRIPTION, allowed_actions, refuse
from steppay_mock.store.payment_methods import Method, PaymentMethod, choose_payment_method
from steppay_mock.store.records import Basket, Customer, Order, Price, Subscription

When = Literal["now", "later"]


class PaymentMethodChanges(Orders):
    """The changes of the payment methods of subscriptions and customers."""

    def change_payment_method(
        self,
        subscription: Subscription | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: When = "now",
    ) -> Subscription:
        """Change its card or account, in two steps; payments succeed from then on.

        order.created of type PAYMENT_METHOD, which costs nothing. Then the clock moves on by ``seconds_to_pay``, while
        the buyer is on the page: order.updated, subscription.updated, order.payment_completed. With ``pays="later"``
        the order waits for :meth:`pay`, and the method stays as it is until then.
        """
        found = self._allowed(subscription, CHANGE_METHOD)
        payment_method = _billing_method(method, gateway)
        buyer = self._tables.customers[found.customer_id]
        self._give_method(buyer, found.items[0].price, payment_method, pays, subscriptions=(found.id,))
        return self._tables.subscriptions[found.id]

    def add_payment_method(
        self,
        customer: Customer | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: When = "now",
    ) -> Order:
        """Give the customer a further card or account, which no subscription charges yet.

        The order and its events are those of :meth:`change_payment_method`, without subscription.updated.
        """
        buyer = self._customer_or_default(customer)
        payment_method, price = _billing_method(method, gateway), self._price_of_customer(buyer)
        return self._give_method(buyer, price, payment_method, pays, subscriptions=(), is_of_customer=True)

    def replace_payment_method(
        self,
        customer: Customer | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: When = "now",
    ) -> Order:
        """Give the customer another card or account, which all subscriptions charge that have not ended.

        The order and its events are those of :meth:`change_payment_method`, with subscription.updated of each
        subscription.
        """
        buyer = self._customer_or_default(customer)
        payment_method, price = _billing_method(method, gateway), self._price_of_customer(buyer)
        running = tuple(one.id for one in self._running_of(buyer))
        return self._give_method(buyer, price, payment_method, pays, subscriptions=running, is_of_customer=True)

    def remove_payment_method(self, customer: Customer | int | None = None, *, card: str) -> Customer:
        """Take a card or account from the customer, by its paymentInfo. No event tells of it.

        Refused while a subscription that has not ended charges it (assumed).
        """
        owner = self._customer_or_default(customer)
        cards = cards_of(self._tables, owner.id)
        if card not in cards:
            there = choices(map(repr, cards)) if cards else "no card"
            raise SteppayMockError(f"card={card!r}: customer {owner.id} has {there}. Give one that the customer has.")
        for subscription in self._running_of(owner):
            if subscription.card == card:
                refuse(
                    "remove the payment method",
                    subject=f"subscription {subscription.id}",
                    state=f"{subscription.status}, and charges it",
                    hint="Change its payment method first: store.change_payment_method().",
                )
        self._remove_card(owner.id, card)
        return owner

    def _running_of(self, customer: Customer) -> list[Subscription]:
        """The subscriptions of the customer whose payment method can change."""
        return [
            one
            for one in self._tables.subscriptions.values()
            if one.customer_id == customer.id and CHANGE_METHOD in allowed_actions(SUBSCRIPTION, one.status)
        ]

    def _price_of_customer(self, customer: Customer) -> Price:
        """The price that the order names: that of the newest subscription, or what the store sells (assumed)."""
        running = self._running_of(customer)
        return running[-1].items[0].price if running else self.price

    def _give_method(
        self,
        buyer: Customer,
        price: Price,
        payment_method: PaymentMethod,
        pays: When,
        *,
        subscriptions: tuple[int, ...],
        is_of_customer: bool = False,
    ) -> Order:
        """Make the order, and let the buyer pay it on the page, now or later."""
        if pays not in ("now", "later"):
            raise SteppayMockError(f"pays={pays!r} is neither 'now' nor 'later'. Say pays='later', or nothing.")
        time = timedelta(seconds=self.assumptions.seconds_to_pay)
        self._later(time)
        now = self._tick()
        order = self._new_order(
            "PAYMENT_METHOD",
            buyer,
            [self._product_line(price, quantity=0, amount=0, now=now)],
            basket=Basket(
                prices=(price,),
                pays_for=subscriptions,
                is_of_customer=is_of_customer,
                gateway=payment_method.gateway,
                method=payment_method.method,
            ),
            waits=True,
        )
        if pays == "now":
            self._pass_until(now + time)
            # A subscription may have ended meanwhile. If the order was for it alone, nobody pays, and the order waits.
            changed = (self._tables.subscriptions[number].status for number in subscriptions)
            if is_of_customer or any(CHANGE_METHOD in allowed_actions(SUBSCRIPTION, status) for status in changed):
                self._try_to_pay(order, payment_method, pays)
        return self._tables.orders[order.id]


def _billing_method(method: Method, gateway: str | None) -> PaymentMethod:
    """The gateway and the method; SteppayMockError for one that renews nothing."""
    chosen = choose_payment_method(method, gateway, recurs=True)
    if not chosen.method.endswith("_BILL"):
        raise SteppayMockError(f"Renewals are not paid by {method!r} (fact 30). Give a 'card', or 'cms'.")
    return chosen
