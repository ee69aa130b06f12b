"""``--set``: fields of data, two of the envelope, and what it refuses."""

from typing import Any

import pytest

from steppay_mock import make_event, make_events


def generate(run: Any, event: str, *settings: str, **also: str) -> Any:
    options = [word for name, value in also.items() for word in (f"--{name}", value)]
    return run("generate", event, "--seed", "7", *options, *(word for one in settings for word in ("--set", one)))


@pytest.mark.parametrize("path", ["data.items.0.paidAmount", "data.items[0].paidAmount", "$.data.items[0].paidAmount"])
def test_a_field_is_fixed_however_its_path_is_written(path: str, run: Any) -> None:
    done = generate(run, "order.created", f"{path}=9900")
    assert (done.code, done.err) == (0, "")
    assert done.json["data"]["items"][0]["paidAmount"] == 9900
    assert done.json == make_event("order.created", seed=7, data={"items": {0: {"paidAmount": 9900}}}).payload


def test_a_value_may_hold_the_equals_sign_and_be_empty(run: Any) -> None:
    done = generate(run, "order.created", "data.productName=a=b", "data.code=")
    assert done.json["data"]["productName"] == "a=b"
    assert done.json["data"]["code"] == ""


def test_the_type_is_that_of_the_schema(run: Any) -> None:
    assert generate(run, "payment.completed", "data.orderId=42").json["data"]["orderId"] == "42"
    assert generate(run, "order.created", "data.id=42").json["data"]["id"] == 42


def test_timestamp_and_is_test_are_of_the_envelope(run: Any) -> None:
    done = generate(run, "order.created", "timestamp=1688697915", "isTest=false")
    assert done.json["timestamp"] == 1688697915
    assert done.json["isTest"] is False
    assert "isTest" not in generate(run, "order.created", "isTest=null").json


def test_an_override_that_breaks_the_contract_is_made_with_a_warning(run: Any) -> None:
    done = generate(run, "payment.standby", "data.status=BOGUS", "data.paidAmount=free")
    assert done.code == 0
    assert done.json["data"]["status"] == "BOGUS"
    assert done.err.count("warning: --set breaks the contract. The event is made with this value:") == 2
    assert 'payment.standby: $.data.paidAmount\n  expected: a number\n  sent:     "free" (string)\n' in done.err


def test_the_warning_comes_once_however_many_are_made(run: Any) -> None:
    done = run("generate", "payment.standby", "-n", "20", "--seed", "7", "--set", "data.status=BOGUS")
    assert done.err.count("warning:") == 1


def test_what_drift_breaks_is_no_fault_of_a_setting(run: Any) -> None:
    done = generate(run, "payment.standby", "data.paidAmount=1", drift="enum")
    assert done.err == ""
    assert done.json["data"]["paidAmount"] == 1


def test_a_setting_may_be_a_whole_object(run: Any) -> None:
    done = generate(run, "order.created", 'data.shipping={"name": "김민준"}')
    assert done.json["data"]["shipping"]["name"] == "김민준"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            ["data.payer.emial=x"],
            "--set for payment.completed: There is no field at 'data.payer.emial'. Did you mean 'data.payer.email'?",
        ),
        (["payer.email=x"], "There is no field at 'payer.email'. Did you mean 'data.payer.email'?"),
        (
            ["event=order.created"],
            "--set cannot change event: the event type decides what data contains. Write the event type as EVENT.",
        ),
        (["version=v2"], '--set cannot change version: it is always "v1" (fact 2). Leave it out.'),
        (["$.version=v2"], "--set cannot change version"),
        (["timestamp=soon"], "--set timestamp=soon is no whole number of seconds since the epoch. Write one such as"),
        (["isTest=yes"], "--set isTest=yes is not true, false or null. Write one of these; null leaves it out."),
        (["data.code"], "'data.code' is not of the form PATH=VALUE. Write it like data.items.0.paidAmount=9900."),
        (["=5"], "'=5' is not of the form PATH=VALUE."),
        (["data.code=a", "data.code=b"], "--set data.code is given twice. Leave one of them out."),
        (["$.data.payer[0]=a", "data.payer.0=b"], "--set data.payer.0 is given twice."),
        (["data=5"], "--set data: expected an object. Set one of its fields, such as --set data.FIELD=VALUE"),
        (["data.paidAmount=NaN"], "data.paidAmount=NaN: no JSON can hold NaN. Write a finite number"),
        (["data..code=1"], "is not a path. Write it like data.items.0.paidAmount"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_set_is_an_error(settings: list[str], told: str, run: Any) -> None:
    done = generate(run, "payment.completed", *settings)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_path_must_exist_in_every_event_and_mean_the_same(run: Any) -> None:
    both = ("generate", "payment.completed", "order.created", "--seed", "7", "--set")
    assert run(*both, "data.paidAmount=5").code == 0
    missing = run(*both, "data.payer.email=a@example.com")
    assert (missing.code, missing.out) == (2, "")
    assert "--set for order.created: There is no field at 'data.payer.email'" in missing.err
    other = run(*both, "data.customerId=42")
    assert (other.code, other.out) == (2, "")
    assert other.err == (
        "Error: --set means text in payment.completed or order.created, and a number in the other (fact 14). "
        "Make each with a command for it alone.\n"
    )


def test_of_all_it_is_set_where_it_is_and_told_where_it_is_not(run: Any) -> None:
    done = run("generate", "all", "--seed", "7", "--set", "data.productName=구독", "--set", "data.customerId=42")
    assert done.code == 0
    named = [one["event"] for one in done.json if one["data"].get("productName") == "구독"]
    assert "order.created" in named
    assert "customer.created" not in named
    (line,) = [line for line in done.err.splitlines() if "data.productName" in line]
    told, _, missing = line.partition(". These have no such field: ")
    assert told == f"note: --set data.productName is in {len(named)} of 27 event types"
    assert missing.split(", ") == [one["event"] for one in done.json if one["event"] not in named]
    customers = {one["event"].partition(".")[0]: one["data"].get("customerId") for one in done.json}
    assert (customers["payment"], customers["order"], customers["customer"]) == ("42", 42, None)
    assert "warning" not in done.err
    plain = {event.type: event.payload for event in make_events(seed=7)}
    assert [one for one in done.json if "customerId" not in one["data"] and one["event"] not in named] == [
        plain[one["event"]] for one in done.json if "customerId" not in one["data"] and one["event"] not in named
    ]


def test_of_all_what_is_nowhere_is_an_error(run: Any) -> None:
    done = run("generate", "all", "--seed", "7", "--set", "data.custmerId=42")
    assert (done.code, done.out) == (2, "")
    assert "--set data.custmerId: no event type has this field. Did you mean 'data.customerId'?" in done.err
    done = run("generate", "all", "--seed", "7", "--set", "data..code=1")
    assert (done.code, done.out) == (2, "")
    assert "is not a path" in done.err


def test_all_is_sent_about_one_customer(run: Any, receiver: Any, secret: str) -> None:
    done = run(
        "send", "--to", receiver.url, "all", "--secret", secret, "--set", "data.customerId=42", "--order", "shuffled"
    )
    assert (done.code, len(receiver.requests)) == (0, 27)
    assert run("send", "--to", receiver.url, "all", "--secret", secret, "--set", "timestamp=5").code == 0


def test_now_and_timestamp_contradict_each_other(run: Any) -> None:
    done = generate(run, "order.created", "timestamp=5", now="6")
    assert (done.code, done.out) == (2, "")
    assert "--now and --set timestamp both set the time of the event. Leave out one of them." in done.err


@pytest.mark.parametrize("depth", [100, 300, 500, 700, 900, 2_000, 100_000])
@pytest.mark.parametrize("style", ["json", "ndjson"])
def test_depth_is_refused_or_written_but_never_an_accident(depth: int, style: str, run: Any) -> None:
    deep = "data.attributes=" + '{"a":' * depth + "1" + "}" * depth
    done = run("generate", "customer.created", "--seed", "7", "--format", style, "--set", deep)
    assert done.code in {0, 2}
    assert (done.code == 2) == ("Use fewer levels" in done.err)
