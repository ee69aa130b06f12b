"""The actions of the machine: one function each, whose dice choose the object and the arguments, allowed or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from store.machine_dice import Dice, one_of, seldom
from store.machine_things import any_amount, any_price, any_product, one_item, one_price, one_thing

from steppay_mock import Store
from steppay_mock.store.records import Subscription

Action = Callable[[Store, Dice], object]

_NEW_FIELDS: list[dict[str, Any]] = [
    {"email": "lee@example.com"},
    {"name": None, "phone": "01000000000"},
    {"attributes": {"grade": "gold"}, "additional_recipients": ["a@example.com"]},
    {"shipping": None},
    {"shipping": {"name": "이", "phone": "0101", "postcode": "1", "address1": "서울", "address2": "2"}},
    {"name": 5},
    {},
]
_MEANS: list[dict[str, Any]] = [
    {"method": "card"},
    {"method": "cms"},
    {"method": "virtual_account"},
    {"method": "card", "gateway": "NICE"},
    {"method": "card", "gateway": "KAKAO"},
    {"method": "cms", "gateway": "SETTLE"},
    {"method": "virtual_account", "gateway": "KG"},
    {"method": "bank"},
    {"method": "cms", "gateway": "TOSS"},
]


def _means(dice: Dice) -> Any:
    return {"method": "card"} if seldom(dice, 40) else one_of(dice, _MEANS)


# Customers and what is sold.


def create_customer(store: Store, dice: Dice) -> object:
    fields: Any = one_of(dice, [{}, {}, *_NEW_FIELDS])
    return store.create_customer(**fields)


def update_customer(store: Store, dice: Dice) -> object:
    return store.update_customer(one_thing(dice, store.customers), **one_of(dice, _NEW_FIELDS))


def delete_customer(store: Store, dice: Dice) -> object:
    return store.delete_customer(one_thing(dice, store.customers))


def create_product(store: Store, dice: Dice) -> object:
    return store.create_product(**any_product(dice))


def create_price(store: Store, dice: Dice) -> object:
    code = one_of(dice, store.products[-4:]).code if store.products else "nothing"
    return store.create_price(code, **any_price(dice))


def update_product(store: Store, dice: Dice) -> object:
    code = one_of(dice, store.products[-4:]).code if store.products else "nothing"
    status = one_of(dice, [None, None, None, "OUT_OF_STOCK", "SALE", "SALE", "SALE", "SOLD"])
    stock = one_of(dice, [None, None, 9])
    return store.update_product(code, name=one_of(dice, ["골드", None]), status=status, stock=stock)


def update_price(store: Store, dice: Dice) -> object:
    price, name = one_price(dice, store) or store.price, one_of(dice, [None, None, "연간"])
    return store.update_price(price, amount=any_amount(dice, store) if seldom(dice, 70) else None, name=name)


def delete_product(store: Store, dice: Dice) -> object:
    return store.delete_product(one_of(dice, store.products).code if store.products else "nothing")


def delete_price(store: Store, dice: Dice) -> object:
    return store.delete_price(one_price(dice, store) or store.price)


def found(store: Store, dice: Dice) -> object:
    """What there was before the first event."""
    kind = dice.whole(0, 2)
    if kind == 0:
        return store.found_customer()
    if kind == 1:
        return store.found_product(**any_product(dice))
    code = one_of(dice, store.products).code if store.products else "nothing"
    return store.found_price(code, **any_price(dice))


# Orders.


def checkout(store: Store, dice: Dice) -> object:
    price: Any = one_price(dice, store)
    if seldom(dice, 30):
        price = [price or store.price, *(one_price(dice, store) or store.price for _ in range(dice.whole(0, 2)))]
    options: Any = {
        "customer": one_thing(dice, store.customers),
        "pays": one_of(dice, ["now", "now", "fails", "later"]),
    }
    if seldom(dice, 30):
        options["quantity"] = dice.whole(1, 5)
    if seldom(dice, 25):
        options["trial_days"] = dice.whole(0, 40)
    if seldom(dice, 10):
        options["purchase_deadline"] = store.now + timedelta(days=dice.whole(0, 9))
    for name in ("setup_fee", "discount", "tax", "shipping_fee"):
        if seldom(dice, 20):
            options[name] = any_amount(dice, store)
    return store.checkout(price, **options, **_means(dice))


def checkout_for_another(store: Store, dice: Dice) -> object:
    customer = one_thing(dice, store.customers)
    with store.acting_for(store.customer if customer is None else customer, buying=one_price(dice, store)):
        return store.checkout(**_means(dice))


def pay(store: Store, dice: Dice) -> object:
    options: dict[str, Any] = {}
    if seldom(dice, 25):
        options["quantity"] = dice.whole(1, 5)
    if seldom(dice, 20):
        options["reason"] = "한도 초과"
    return store.pay(
        one_thing(dice, store.orders, "CREATED", "PAYMENT_FAILURE"),
        pays=one_of(dice, ["now", "now", "fails"]),
        **options,
        **_means(dice),
    )


def confirm_payment(store: Store, dice: Dice) -> object:
    return store.confirm_payment(one_thing(dice, store.orders, "DEPOSIT_WAITING"))


def reject_payment(store: Store, dice: Dice) -> object:
    return store.reject_payment(one_thing(dice, store.orders, "DEPOSIT_WAITING"))


def refund(store: Store, dice: Dice) -> object:
    amount = any_amount(dice, store, most=5_000) if seldom(dice, 60) else None
    return store.refund(one_thing(dice, store.orders, "PAID", "CANCELLATION_REFUNDED_PARTIALLY"), amount=amount)


def cancel_order(store: Store, dice: Dice) -> object:
    amount = any_amount(dice, store, most=5_000) if seldom(dice, 30) else None
    return store.cancel_order(one_thing(dice, store.orders), amount=amount)


# Subscriptions.


def cancel(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE", "PAUSE", "UNPAID")
    at_the_end = seldom(dice, 60)
    at = store.now + timedelta(days=dice.whole(-1, 50)) if seldom(dice, 30) else None
    return store.cancel(subscription, at_period_end=at_the_end and (at is None or seldom(dice, 5)), at=at)


def pause(store: Store, dice: Dice) -> object:
    subscription, at_the_end = one_thing(dice, store.subscriptions, "ACTIVE"), seldom(dice, 50)
    until: Any = (dice.whole(0, 6), one_of(dice, ["WEEK", "DAY", "MONTH"])) if seldom(dice, 40) else None
    return store.pause(subscription, at_period_end=at_the_end, until=until)


def undo(store: Store, dice: Dice) -> object:
    return store.undo(one_thing(dice, store.subscriptions, "PENDING_CANCEL", "PENDING_PAUSE"))


def resume(store: Store, dice: Dice) -> object:
    return store.resume(one_thing(dice, store.subscriptions, "PAUSE"))


def change_plan(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    item = one_item(dice, store, subscription)
    return store.change_plan(subscription, price=one_price(dice, store) or store.price, item=item)


def add_item(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    return store.add_item(subscription, price=one_price(dice, store) or store.price, quantity=dice.whole(1, 3))


def remove_item(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, [one for one in store.subscriptions if len(one.items) > 1], "ACTIVE")
    item = one_item(dice, store, subscription) or store.subscription.items[-1].id
    return store.remove_item(subscription, item=item)


def replace_items(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    found = store.subscription if subscription is None else store._find(Subscription, subscription)
    kept = [item for item in found.items if not seldom(dice, 40)]
    return store.replace_items(found, quantities={item.id: one_of(dice, [None, 0, 1, 2]) for item in kept})


def change_quantity(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    return store.change_quantity(subscription, quantity=dice.whole(0, 4), item=one_item(dice, store, subscription))


def change_interval(store: Store, dice: Dice) -> object:
    unit: Any = one_of(dice, ["DAY", "WEEK", "MONTH", "MONTH", "YEAR"])
    return store.change_interval(one_thing(dice, store.subscriptions, "ACTIVE"), interval=unit, count=dice.whole(0, 3))


def move_next_payment(store: Store, dice: Dice) -> object:
    to = store.now + timedelta(days=dice.whole(-1, 60))
    return store.move_next_payment(one_thing(dice, store.subscriptions, "ACTIVE"), to=to)


def renew_now(store: Store, dice: Dice) -> object:
    return store.renew_now(one_thing(dice, store.subscriptions, "ACTIVE"))


def change_payment_method(store: Store, dice: Dice) -> object:
    pays: Any = one_of(dice, ["now", "later"])
    return store.change_payment_method(one_thing(dice, store.subscriptions, "UNPAID"), pays=pays, **_means(dice))


def add_payment_method(store: Store, dice: Dice) -> object:
    pays: Any = one_of(dice, ["now", "later"])
    return store.add_payment_method(one_thing(dice, store.customers), pays=pays, **_means(dice))


def replace_payment_method(store: Store, dice: Dice) -> object:
    pays: Any = one_of(dice, ["now", "later"])
    return store.replace_payment_method(one_thing(dice, store.customers), pays=pays, **_means(dice))


def remove_payment_method(store: Store, dice: Dice) -> object:
    cards = [one.card for one in store.subscriptions]
    cards += [one.basket.card for one in store.orders if one.basket is not None and one.basket.card is not None]
    return store.remove_payment_method(one_thing(dice, store.customers), card=one_of(dice, [*cards[-4:], "nothing"]))


def decline_payments(store: Store, dice: Dice) -> object:
    times = one_of(dice, [None, 1, 2, 6])
    return store.decline_payments(one_thing(dice, store.subscriptions, "ACTIVE"), times=times)


def accept_payments(store: Store, dice: Dice) -> object:
    return store.accept_payments(one_thing(dice, store.subscriptions))


def postpone_message(store: Store, dice: Dice) -> object:
    return store.postpone_message(one_thing(dice, store.subscriptions, "UNPAID"))


def move_payment_date(store: Store, dice: Dice) -> object:
    to = store.now + timedelta(days=dice.whole(-1, 9), seconds=1)
    return store.move_payment_date(one_thing(dice, store.subscriptions, "UNPAID"), to=to)


def add_usage(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    item = one_item(dice, store, subscription)
    via = one_of(dice, ["V1", "MANAGER", "SYSTEM", "CUSTOMER"])
    amount = dice.whole(0, 120) if not seldom(dice, 30) else -dice.whole(0, 20)
    return store.add_usage(subscription, amount=amount, item=item, via=via)  # type: ignore[arg-type]


def top_up(store: Store, dice: Dice) -> object:
    subscription = one_thing(dice, store.subscriptions, "ACTIVE")
    price = any_amount(dice, store) if seldom(dice, 40) else None
    item, via = one_item(dice, store, subscription), one_of(dice, ["V1", "MANAGER", "SYSTEM", "CUSTOMER"])
    return store.top_up(subscription, quota=dice.whole(0, 90), price=price, item=item, via=via)  # type: ignore[arg-type]


# Invoices.


def draft_invoice(store: Store, dice: Dice) -> object:
    once = [price for product in store.products for price in product.prices if not price.recurs]
    price = one_of(dice, once) if once and not seldom(dice, 30) else one_price(dice, store)
    return store.draft_invoice(
        price,
        customer=one_thing(dice, store.customers),
        quantity=dice.whole(1, 3),
        discount=any_amount(dice, store) if seldom(dice, 30) else 0,
        memo=one_of(dice, [None, "감사합니다"]),
        days_to_pay=dice.whole(1, 30),
        channels=one_of(dice, [["EMAIL"], ["SMS", "KAKAO"], []]),
    )


def update_invoice(store: Store, dice: Dice) -> object:
    changes: Any = {
        "price": one_price(dice, store),
        "customer": one_thing(dice, store.customers),
        "quantity": dice.whole(0, 3),
        "discount": any_amount(dice, store),
        "memo": "고맙습니다",
        "days_to_pay": dice.whole(1, 30),
        "channels": one_of(dice, [["SMS"], []]),
    }
    some = {name: value for name, value in changes.items() if seldom(dice, 25)}
    return store.update_invoice(one_thing(dice, store.invoices, "TEMPORARY", "RESERVATION"), **some)


def reserve_invoice(store: Store, dice: Dice) -> object:
    return store.reserve_invoice(
        one_thing(dice, store.invoices, "TEMPORARY"), at=store.now + timedelta(hours=dice.whole(0, 100))
    )


def send_invoice(store: Store, dice: Dice) -> object:
    return store.send_invoice(one_thing(dice, store.invoices, "TEMPORARY", "SEND_FAIL"), fails=seldom(dice, 30))


def pay_invoice(store: Store, dice: Dice) -> object:
    invoice = one_thing(dice, store.invoices, "SENT", "OVER_DUE")
    return store.pay_invoice(invoice, pays=one_of(dice, ["now", "fails"]), **_means(dice))


def delete_invoice(store: Store, dice: Dice) -> object:
    return store.delete_invoice(one_thing(dice, store.invoices))


# Time.


def minutes_pass(store: Store, dice: Dice) -> None:
    store.advance(minutes=dice.whole(0, 600))


def days_pass(store: Store, dice: Dice) -> None:
    store.advance(days=dice.whole(1, 8))


def months_pass(store: Store, dice: Dice) -> None:
    store.advance(days=28 * dice.whole(1, 3), hours=dice.whole(0, 99))


def a_moment_comes(store: Store, dice: Dice) -> None:
    store.advance_to(store.now + timedelta(days=dice.whole(-2, 30)))


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        *(create_customer, update_customer, delete_customer),
        *(create_product, create_price, update_product, update_price, delete_product, delete_price, found),
        *(checkout, checkout_for_another, pay, confirm_payment, reject_payment, refund, cancel_order),
        *(cancel, pause, undo, resume, change_plan, change_quantity, change_payment_method, add_item, remove_item),
        replace_items,
        *(add_payment_method, replace_payment_method, remove_payment_method),
        *(change_interval, move_next_payment, renew_now),
        *(decline_payments, accept_payments, postpone_message, move_payment_date, add_usage, top_up),
        *(draft_invoice, update_invoice, reserve_invoice, send_invoice, pay_invoice, delete_invoice),
        *(minutes_pass, days_pass, months_pass, a_moment_comes),
    )
}

TIME = ("minutes_pass", "days_pass", "months_pass", "a_moment_comes")
