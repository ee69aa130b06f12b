"""The stories of the project: valid, about whom they were told to be about, and all that can happen happens in one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from store.samples import COMMON, samples_of

from steppay_mock import EventType, SteppayMockError, Store, Story, iter_errors, scenario
from steppay_mock.store.lifecycle import NEW, SUBSCRIPTION
from steppay_mock.store.scenarios.definition import Scenario
from steppay_mock.store.scenarios.parameters import parameters_of
from steppay_mock.store.scenarios.registry import all_scenarios

SCENARIOS = all_scenarios()
CUSTOMERS = ("customerId",)


def customers_in(value: Any) -> set[str]:
    """Every customer id anywhere in a payload, as text: Payment and Cover have them as text (fact 14)."""
    if isinstance(value, dict):
        own = {str(inner) for name, inner in value.items() if name in CUSTOMERS and inner is not None}
        return own.union(*(customers_in(inner) for inner in value.values()))
    return set[str]().union(*map(customers_in, value)) if isinstance(value, list) else set()


def moves_of(story: Story) -> set[tuple[str, str]]:
    """How the statuses of the story's subscriptions changed."""
    moves, before = set(), dict[int, str]()
    for event in story:
        if "subscriptionId" in event.data and "status" in event.data:
            number, status = event.data["subscriptionId"], event.data["status"]
            moves.add((before.get(number, NEW), status))
            before[number] = status
    return moves


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_parameter_by_itself_and_all_together_make_valid_events(name: str) -> None:
    samples = samples_of(SCENARIOS[name])
    for given in ({}, samples, *({key: value} for key, value in samples.items())):
        story = scenario(name, seed=3, **given)
        assert story.events
        assert [str(error) for event in story for error in iter_errors(event, strict=True)] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_events_of_a_story_are_about_its_customer_alone(name: str) -> None:
    story = scenario(name, seed=3, customer_id=42, email="kim@example.com", name="김하늘", phone="01012345678")
    about_customers = [event for event in story if event.type.startswith("customer.")]
    assert {number for event in story for number in customers_in(event.payload)} <= {"42"}
    assert {event.data["id"] for event in about_customers} <= {42}
    payers = [event.data["payer"] for event in story if event.type.startswith("payment.")]
    assert [payer["email"] for payer in payers] == ["kim@example.com"] * len(payers)
    assert {payer["phone"] for payer in payers} <= {"01012345678"}
    assert {event.data["customerId"] for event in story if event.type.startswith("payment.")} <= {"42"}
    if name != "catalogue-changes":
        assert about_customers or payers or any(event.data.get("customerId") == 42 for event in story)


@pytest.mark.parametrize("name", SCENARIOS)
def test_ids_and_codes_are_those_that_were_asked_for(name: str) -> None:
    found = parameters_of(SCENARIOS[name])
    given = {key: value for key, value in COMMON.items() if key in found and key != "interval"}
    story = scenario(name, seed=3, **given)
    first: dict[str, Any] = {}
    for event in story:
        for key in ("subscriptionId", "paymentId"):
            if key in event.data and not event.type.startswith("cover."):
                first.setdefault(key, event.data[key])
        if event.type.startswith(("order.", "invoice.")):
            first.setdefault(event.type.partition(".")[0], event.data["id"])
    wanted = {"subscriptionId": 7_003, "paymentId": 7_002, "order": 7_001, "invoice": 7_004}
    assert first == {key: wanted[key] for key in first}
    lines = [line for event in story for line in event.data.get("items", ()) if line.get("productCode")]
    assert {line["productCode"] for line in lines} <= {"product_gold"}
    assert {line["productName"] for line in lines} <= {"골드 멤버십"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("interval", ["DAY", "WEEK", "MONTH", "YEAR"])
@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if one.sells != "one_time"])
def test_every_interval_can_be_lived(name: str, interval: str) -> None:
    story = scenario(name, seed=3, interval=interval)
    assert story.events


def test_all_27_event_types_occur() -> None:
    occurring = {event.type for name in SCENARIOS for event in scenario(name, seed=1, v1=None)}
    assert occurring == set(EventType)


def test_every_status_and_every_move_of_a_subscription_occurs() -> None:
    seen = set[tuple[str, str]]().union(*(moves_of(scenario(name, seed=1)) for name in SCENARIOS))
    documented = {(move.before, move.after) for move in SUBSCRIPTION if move.evidence == "D"}
    statuses = {status for move in SUBSCRIPTION for status in (move.before, move.after)} - {NEW}
    assert documented - seen == set()
    assert statuses == {after for _, after in seen}
    assert seen <= {(move.before, move.after) for move in SUBSCRIPTION} | {(one, one) for one in statuses}


@pytest.mark.exhaustive
def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "import hashlib, steppay_mock as s\n"
        "from steppay_mock.store.scenarios.registry import all_scenarios\n"
        "digest = hashlib.sha256()\n"
        "for name in all_scenarios():\n"
        "    for event in s.scenario(name, seed=7, customer_id=42): digest.update(event.body)\n"
        "print(digest.hexdigest())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1


def test_another_seed_gives_other_ids() -> None:
    one, other = (scenario("subscription-starts", seed=seed) for seed in (1, 2))
    assert one[0].data["id"] != other[0].data["id"]
    assert one[0].data["customerId"] != other[0].data["customerId"]


def test_the_options_of_its_store_are_taken_too() -> None:
    story = scenario("one-time-purchase", seed=1, currency="USD", locale="en_US", nulls="null", is_test=None, start=0)
    assert story[0].timestamp == 0
    assert story[0].data["items"][0]["currency"] == "USD"
    assert "isTest" not in story[0].payload
    assert story[0].data["paymentDate"] is None
    assert story[2].data["payer"]["userName"].isascii()


def test_assumptions_change_what_no_fact_settles() -> None:
    usual = scenario("subscription-starts", seed=1)
    other = scenario("subscription-starts", seed=1, assumptions={"order_updated_when_paid": False})
    assert [event.type for event in usual][1] == "order.updated"
    assert [event.type for event in other] == [
        "order.created",
        "payment.completed",
        "subscription.created",
        "order.payment_completed",
    ]


def test_a_story_is_its_events_and_knows_what_is_true() -> None:
    story = scenario("refund-in-parts", seed=1, part=100, price=1000)
    assert len(story) == len(story.events) == len(list(story))
    assert story[-1] is story.events[-1]
    assert story[1:3] == story.events[1:3]
    assert str(story) == f"refund-in-parts: {len(story)} events, seed 1"
    (payment,) = story.state()["payments"].values()
    assert payment["status"] == "CANCELED"
    assert payment["cancel"]["canceledAmount"] == 1000
    (before,) = story.state(at=story.events[4])["payments"].values()
    assert before["cancel"]["canceledAmount"] == 100


def test_a_story_does_not_change_when_its_store_goes_on() -> None:
    story = scenario("refund-in-full", seed=1)
    before = story.state()
    with story.store.acting_for(story.customer):
        story.store.checkout()
    assert story.state() == before
    assert story.store.state() != before
    with pytest.raises(SteppayMockError, match="the story has 6 events"):
        story.state(at=7)


@pytest.mark.parametrize(("currency", "price"), [("KRW", 2), ("USD", 0.5), ("USD", 0.02)])
def test_the_smallest_prices_have_parts_too(currency: str, price: float) -> None:
    story = scenario("refund-in-parts", seed=1, currency=currency, price=price)
    assert story[-2].data["status"] == "CANCELED"


def test_what_expires_before_it_would_renew_announces_no_payment() -> None:
    story = scenario("subscription-expires", seed=1, months=1, assumptions={"notice_days": 3})
    assert "subscription.payment_due_notification" not in {event.type for event in story}
    created = next(event for event in story if event.type == "subscription.created")
    assert "nextPaymentDate" not in created.data


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(SteppayMockError) as error:
        scenario("subscription-renew")
    assert str(error.value) == (
        "Unknown scenario 'subscription-renew'. Did you mean 'subscription-renews'? "
        f"`steppay-mock scenario list` shows all {len(SCENARIOS)}; for a scenario in a file of your own use "
        "--from, or load_scenarios(file)."
    )


def test_a_wrong_parameter_lists_the_right_ones() -> None:
    with pytest.raises(SteppayMockError) as error:
        scenario("refund-in-full", custommer_id=42)
    assert str(error.value) == (
        "Unknown parameter 'custommer_id' of the scenario 'refund-in-full'. Did you mean 'customer_id'? Its parameters "
        "are days, customer_id, customer_code, name, email, phone, product_code, product_name, price_code, price, "
        "order_id, payment_id or invoice_id; the options of its store are seed, start, locale, currency, is_test, "
        "nulls, body, v1 or v1_form."
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"retry": 6}, "retry=6 is wrong. Give one of 1, 2, 3, 4, 5. It is the number of the retry that succeeds."),
        ({"retry": "2"}, "Give one of 1, 2, 3, 4, 5."),
        ({"retry": True}, "retry=True is wrong."),
        ({"customer_id": "42"}, "customer_id='42' is wrong. Give a whole number. It is the customer's id."),
        ({"customer_id": 0}, "0 cannot be the id of this customer. Give a whole number from 1 to 2^63 - 1."),
        ({"customer_id": 2**63}, "cannot be the id of this customer"),
        ({"order_id": -1}, "-1 cannot be the first id of order."),
        ({"price": "9900"}, "Give an amount."),
        ({"price": 99.5}, "price=99.5: amounts in KRW are whole. Round it."),
        ({"interval": "FORTNIGHT"}, "Give one of DAY, WEEK, MONTH, YEAR."),
        ({"email": 5}, "email=5 is wrong."),
        ({"currency": "won"}, "currency='won' is not an ISO 4217 code."),
        ({"assumptions": [1]}, "assumptions=[1] is not a dict."),
        ({"seed": 1.5}, "seed=1.5: expected a whole number, or text. Pass seed=7."),
        ({"assumptions": {"retry_day": 3}}, "Unknown assumption 'retry_day'. Did you mean 'retry_days'?"),
        ({"assumptions": {"retry_days": (3, 1)}}, "are not rising whole numbers from 1 to 3650"),
    ],
)
def test_a_wrong_value_says_what_is_wanted(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        scenario("subscription-renewal-fails-then-recovers", **given)
    assert message in str(error.value)


def test_every_scenario_says_what_it_tells_and_what_its_parameters_mean() -> None:
    for name, one in SCENARIOS.items():
        assert one.description.endswith("."), name
        assert len(one.description) > 40, name
        assert [option.name for option in one.options if not option.description] == [], name


def test_a_store_goes_on_where_its_story_ended() -> None:
    story = scenario("subscription-starts", seed=1)
    with story.store.acting_for(story.customer):
        story.store.cancel()
    assert story.store.events[-1].data["status"] == "CANCELED"
    assert len(story) == 5


@pytest.mark.parametrize(("given", "factor"), [({}, 2), ({"new_price": 700}, None)])
def test_a_changed_plan_costs_what_is_said_or_twice_the_old_price(given: dict[str, Any], factor: int | None) -> None:
    store = scenario("subscription-plan-changed", seed=7, **given).store
    amounts = [payment.amount for payment in store.payments]
    assert amounts[-1] == (700 if factor is None else factor * amounts[0])


def test_types_of_definitions_are_closed() -> None:
    kinds = {option.type for one in SCENARIOS.values() for option in parameters_of(one).values()}
    assert kinds <= {int, str, bool, float}
    assert all(isinstance(one, Scenario) for one in SCENARIOS.values())
    assert isinstance(scenario("one-time-purchase", seed=1).store, Store)
