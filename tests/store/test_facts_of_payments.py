"""What the facts say of how an order is paid (facts 29 and 30)."""

from __future__ import annotations

from typing import Any

import pytest
from store.bursts import last_of

from steppay_mock import SteppayMockError, Store

CARDS, WITH_BANKS = ("CARD", "CARD_BILL"), ("CARD", "CARD_BILL", "BANK", "VBANK")
OFFERS = {
    **dict.fromkeys(("KAKAO", "DANAL", "PAYPLE", "PAYPLE_GLOBAL"), CARDS),
    "NICE": (*WITH_BANKS, "CMS_BILL"),
    **dict.fromkeys(("TOSS", "KG", "BLUEWALNUT"), WITH_BANKS),
    "SETTLE": (*CARDS, "CMS", "CMS_BILL"),
}
ONCE = {"card": "CARD", "bank": "BANK", "virtual_account": "VBANK", "cms": "CMS"}
RECURRING = {"card": "CARD_BILL", "virtual_account": "VBANK", "cms": "CMS_BILL"}


@pytest.mark.parametrize("gateway", OFFERS)
@pytest.mark.parametrize(("billing", "methods"), [("one_time", ONCE), ("flat", RECURRING)])
def test_fact_30_a_gateway_takes_the_methods_that_it_offers_and_no_other(
    gateway: str, billing: Any, methods: dict[Any, str]
) -> None:
    for method, wanted in methods.items():
        store = Store(seed=1, product={"billing": billing})
        if wanted not in OFFERS[gateway]:
            with pytest.raises(SteppayMockError, match=rf"^{gateway} does not offer {wanted} \(fact 30\)\."):
                store.checkout(method=method, gateway=gateway)
            continue
        store.checkout(method=method, gateway=gateway)
        payment = last_of(store, "payment.completed" if wanted in {"CARD", "CARD_BILL", "BANK"} else "payment.standby")
        assert (payment["paymentGateway"], payment["paymentMethod"]) == (gateway, wanted)


@pytest.mark.parametrize("method", RECURRING)
def test_fact_30_a_subscription_renews_through_a_method_that_ends_in_bill(method: Any) -> None:
    store = Store(seed=1)
    store.checkout(method=method)
    if method != "card":
        store.confirm_payment()
    store.advance(days=31)
    assert store.order.type == "RECURRING"
    assert last_of(store, "payment.completed")["paymentMethod"].endswith("_BILL")


def test_fact_29_a_card_is_complete_at_once() -> None:
    store = Store(seed=1)
    store.checkout()
    payment = last_of(store, "payment.completed")
    assert (payment["status"], payment["paymentMethod"]) == ("COMPLETE", "CARD_BILL")
    assert not {"vBank", "niceCms"} & set(payment)
