"""Scenarios in which customers and products themselves are created, changed and deleted."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.buying import buy
from steppay_mock.store.scenarios.definition import Minutes, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("customer-registers-and-leaves", customer="new", sells="one_time")
def customer_registers_and_leaves(store: Store, *, new_email: str = "moved@example.com") -> StoryWaits:
    """A customer registers, changes the email address, and is deleted. The id is never used again.

    new_email: the new email address.
    """
    yield timedelta(days=1)
    store.update_customer(email=new_email)
    yield timedelta(days=2)
    store.delete_customer()


@define_scenario("customer-registers-and-subscribes", customer="new")
def customer_registers_and_subscribes(store: Store, *, minutes: Minutes = 2) -> StoryWaits:
    """A customer registers, subscribes minutes later, and changes the name a day later.

    minutes: the time from the registration to the subscription.
    """
    yield timedelta(minutes=minutes)
    yield from buy(store)
    yield timedelta(days=1)
    store.update_customer(name=f"{store.customer.words['name']} 님")


@define_scenario("catalogue-changes", product="new", sells="flat")
def catalogue_changes(store: Store, *, new_price: float = 19_900) -> StoryWaits:
    """A product gets a second price, which changes and is deleted. Then it is out of stock, and deleted.

    new_price: the new amount of the second price.
    """
    product = store.price.product_code
    yield timedelta(hours=1)
    second = store.create_price(product, price=1_000, billing="one_time")
    yield timedelta(hours=1)
    store.update_price(second, amount=new_price)
    yield timedelta(days=1)
    store.update_product(product, status="OUT_OF_STOCK")
    yield timedelta(days=1)
    store.delete_price(second)
    yield timedelta(hours=1)
    store.delete_product(product)
