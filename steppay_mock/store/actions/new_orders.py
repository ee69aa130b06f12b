"""Makes new orders and their lines (fact 31)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.base import StoreBase
from steppay_mock.store.records import Basket, Customer, Order, OrderLine, Price, Words

_DUE_DAYS = 7


class NewOrders(StoreBase):
    """Adds new orders to a store. It has no public action: checkouts, renewals and invoices make orders."""

    def _new_order(
        self,
        kind: str,
        customer: Customer,
        lines: Iterable[OrderLine],
        *,
        basket: Basket | None = None,
        subscriptions: tuple[int, ...] = (),
        waits: bool = False,
        due_at: datetime | None = None,
        link_until: datetime | None = None,
        invoice_id: int | None = None,
    ) -> Order:
        """Add an order: order.created. One that ``waits`` has no due date until the buyer has chosen (fact 42)."""
        now = self._now
        listed = tuple(lines)
        return self._emit(
            EventType.ORDER_CREATED,
            Order(
                id=self._ids.number("order"),
                code=self._ids.code("order"),
                type=kind,
                lines=listed,
                created_at=now,
                modified_at=now,
                due_at=None if waits else due_at or now + timedelta(days=_DUE_DAYS),
                link_until=link_until,
                id_key=self._ids.id_key(now),
                customer_id=customer.id,
                shipping=_shipping(customer, listed),
                subscriptions=subscriptions,
                invoice_id=invoice_id,
                basket=basket,
            ),
        )

    def _with_choice(self, order: Order) -> Order:
        """The order with what the buyer chose on the page (fact 42): quantities, amounts and further lines."""
        basket = order.basket
        if not order.waits or basket is None:
            return order
        bought = [
            replace(line, quantity=basket.quantity, amount=first_amount(price, basket))
            for line, price in zip(order.lines, basket.prices, strict=True)
        ]
        lines = (*bought, *self._lines_beside(bought[0], basket))
        return replace(
            order,
            lines=lines,
            due_at=order.created_at + timedelta(days=_DUE_DAYS),
            shipping=_shipping(self._tables.customers[order.customer_id], lines),
        )

    def _lines_beside(self, first: OrderLine, basket: Basket) -> list[OrderLine]:
        fee, now = basket.periodic_fee, self._now
        periodic = [self._extra_line(first, "FEE", fee, now, setup_type="PERIODIC")] if fee else []
        return periodic + [self._extra_line(first, kind, amount, now) for kind, amount in basket.beside]

    def _product_line(
        self, price: Price, *, quantity: int, amount: Amount, now: datetime, trial_days: int = 0
    ) -> OrderLine:
        """The line of a product."""
        product = self._tables.products[price.product_code]  # it cannot be deleted while somebody needs its price
        return OrderLine(
            **self._common_fields(now),
            type="SKU",
            amount=amount,
            quantity=quantity,
            product_name=product.name,
            product_type=product.type,
            plan_name=_plan_name(price),
            product_code=price.product_code,
            price_code=price.code,
            image=product.words["featuredImageUrl"],
            trial_days=trial_days,
        )

    def _extra_line(
        self, first: OrderLine, kind: str, amount: Amount, now: datetime, *, setup_type: str = "INITIALLY"
    ) -> OrderLine:
        """A line of FEE, DISCOUNT, TAX, SHIPPING or ADDS that belongs to the product line ``first``."""
        return OrderLine(
            **self._common_fields(now),
            type=kind,
            amount=-amount if kind == "DISCOUNT" else amount,
            quantity=1,
            product_name=first.product_name,
            product_type=first.product_type,
            plan_name=first.plan_name,
            discount_name=self._chance.pick(self._pool.goods["discount-name"]) if kind == "DISCOUNT" else None,
            setup_type=setup_type if kind == "FEE" else None,
            first=(first.id, first.code),
        )

    def _common_fields(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self._ids.number("order_item"),
            "code": self._ids.code("order_item"),
            "status": "CREATED",
            "currency": self.currency,
            "created_at": now,
            "modified_at": now,
        }


def first_amount(price: Price, basket: Basket) -> Amount:
    """The amount of the first period: 0 in a trial, or if usage is paid at the end of the period."""
    free = basket.pays_for is not None or basket.trial_of(price) > 0
    return 0 if free else price.amount_in_advance * basket.quantity


def amount_of(basket: Basket) -> Amount:
    """What the buyer has to pay."""
    beside: Amount = sum(-amount if kind == "DISCOUNT" else amount for kind, amount in basket.beside)
    return sum((first_amount(price, basket) for price in basket.prices), beside + basket.periodic_fee)


def _shipping(customer: Customer, lines: Iterable[OrderLine]) -> Words | None:
    ships = any(line.product_type == "BOX" or line.type == "SHIPPING" for line in lines)
    return customer.words.get("shipping") if ships else None


def _plan_name(price: Price) -> str:
    plan = price.words.get("plan")
    return str(plan["name"]) if isinstance(plan, dict) else price.code
