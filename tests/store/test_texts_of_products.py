"""Products, prices and customers take the texts and choices that a body of the REST API has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from steppay_mock import SteppayMockError, Store


def test_a_product_has_the_texts_and_the_status_that_it_was_given() -> None:
    store = Store(seed=7)
    store.create_product(name="커피", sub_title="", description="원두", image="https://x.example/1", status="UNSOLD")
    told = store.events[0].data
    assert [told[name] for name in ("name", "subTitle", "description", "featuredImageUrl", "status")] == [
        "커피",
        "",
        "원두",
        "https://x.example/1",
        "UNSOLD",
    ]


def test_an_update_changes_the_texts_that_it_names() -> None:
    store = Store(seed=7)
    before = store.products[0].words
    changed = store.update_product(store.products[0], sub_title="새 이름", description="")
    assert (changed.words["subTitle"], changed.words["description"]) == ("새 이름", "")
    assert changed.words["featuredImageUrl"] == before["featuredImageUrl"]
    with pytest.raises(SteppayMockError, match=r"^name='' is no text\."):
        store.update_product(changed, name="")


def test_a_product_without_a_price_sends_its_own_event_alone_and_cannot_be_bought() -> None:
    store = Store(seed=7, product=None)
    made = store.create_product(priced=False)
    assert [event.type for event in store.events] == ["product.created"]
    assert made.prices == ()
    with pytest.raises(SteppayMockError, match="store has no product"):
        store.checkout()
    price = store.create_price(made)
    assert store.checkout(price).lines[0].product_code == made.code


def test_a_store_can_begin_with_a_product_that_has_no_price() -> None:
    store = Store(seed=7, product={"priced": False})
    assert (len(store.products), store.prices) == (1, ())


def test_a_price_has_the_plan_and_the_unit_that_it_was_given() -> None:
    store = Store(seed=7)
    price = store.create_price(store.products[0], plan_name="프리미엄", unit_name="좌석")
    told = store.events[0].data
    assert (told["plan"]["name"], told["unit"]) == ("프리미엄", "좌석")
    assert told["plan"]["description"] == price.words["plan"]["description"] != ""
    other = store.create_price(store.products[0], plan_description="")
    assert other.words["plan"]["description"] == ""


def test_a_customer_keeps_what_advertising_they_take() -> None:
    store = Store(seed=7)
    made = store.create_customer(marketing=["KAKAO", "SMS"])
    assert made.marketing == ("SMS", "KAKAO")
    assert store.update_customer(made, name="김").marketing == ("SMS", "KAKAO")
    assert store.update_customer(made, marketing=[]).marketing == ()
    with pytest.raises(SteppayMockError, match=r"marketing=\['FAX'\] are not some of SMS, EMAIL or KAKAO"):
        store.create_customer(marketing=["FAX"])  # type: ignore[list-item] # wrong on purpose


HALF = "커피\ud800"


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.create_product(name=HALF),
        lambda store: store.create_product(code=HALF),
        lambda store: store.update_product(store.products[0], description=HALF),
        lambda store: store.create_price(store.products[0], price_code=HALF),
        lambda store: store.create_customer(name=HALF),
        lambda store: store.create_customer(code=HALF),
        lambda store: store.update_customer(attributes={"note": HALF}),
        lambda store: store.draft_invoice(memo=HALF),
        lambda store: store.checkout(pays="later") and store.pay(pays="fails", reason=HALF),
    ],
)
def test_a_text_that_no_webhook_can_have_is_refused(act: Callable[[Store], object]) -> None:
    store = Store(seed=7)
    with pytest.raises(SteppayMockError, match=r"has half a surrogate pair, '.ud800', .* Give whole characters\."):
        act(store)
    assert {event.type for event in store.events} <= {"order.created"}
