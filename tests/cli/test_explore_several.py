"""``explore`` of several scenarios, with several seeds, and of some types of events: one table at the end."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cli.shop import SEED, Shop, urls
from werkzeug import Request, Response

LEAVES, BUYS = "customer-registers-and-leaves", "order-cancelled-before-payment"
BOTH = ("--scenario", LEAVES, "--scenario", BUYS, *SEED, "--truth", "off", "--no-duplicates")


def rows(text: str) -> dict[str, str]:
    """The rows of the table by the name of the scenario."""
    return {
        line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines() if line.startswith((LEAVES, BUYS))
    }


@pytest.mark.usefixtures("shop")
def test_several_scenarios_end_in_one_table(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("page.html", "data.json", "junit.xml")]
    words = ("--report", str(files[0]), "--report", str(files[1]), "--junit", str(files[2]))
    done = run("explore", *BOTH, *urls(receiver), "--secret", secret, *words)
    assert done.code == 0
    assert done.out.startswith("Scenario ")
    assert re.fullmatch(r"proved 3 of 3 \d+ \d+\.\d", rows(done.out)[LEAVES])
    assert rows(done.out)[BUYS].startswith("proved 2 of 2")
    assert done.err.endswith("2 of 2 right\n")
    data = json.loads(files[1].read_bytes())
    assert [one["scenario"] for one in data["explorations"]] == [LEAVES, BUYS]
    assert (data["ok"], data["skipped"]) == (True, [])
    (suite,) = ET.parse(files[2]).getroot()
    assert [case.get("name") for case in suite] == [f"{name} in every order, seed 7" for name in (LEAVES, BUYS)]
    assert files[0].read_text(encoding="utf-8").count("<section>") == 2


def test_the_worst_decides_and_each_failure_has_its_report(run: Any, receiver: Any, secret: str, shop: Shop) -> None:
    shop.mended = False
    done = run("explore", *BOTH, *urls(receiver), "--secret", secret)
    assert done.code == 1
    commands = re.findall(r"^ +steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert len(commands) == 3
    assert len({shlex.split(command)[1] for command in commands}) == len(commands)
    assert rows(done.out)[LEAVES].startswith("fails: ")
    as_json = run("explore", *BOTH, *urls(receiver), "--secret", secret, "--json")
    assert [one["verdict"] for one in as_json.json["explorations"]] == ["fails", "fails"]


@pytest.mark.usefixtures("shop")
def test_of_all_scenarios_those_without_an_order_are_skipped(run: Any, receiver: Any, secret: str) -> None:
    words = ("--all-scenarios", "--events", "invoice.created,invoice.updated", *SEED, "--truth", "off", "--json")
    done = run("explore", *words, *urls(receiver), "--secret", secret, "--no-duplicates")
    assert done.code in {0, 1}  # some invoices change one row alone
    explored = {one["scenario"] for one in done.json["explorations"]}
    assert "invoice-paid" in explored
    types = {event["event"] for one in done.json["explorations"] for event in one["events"]}
    assert types == {"invoice.created", "invoice.updated"}
    skipped = {one["scenario"]: one["why"] for one in done.json["skipped"]}
    assert skipped[LEAVES] == "it has no event of these types, and an order needs two"
    assert not explored & skipped.keys()


@pytest.mark.usefixtures("shop")
def test_seeds_vary_the_customer_and_say_so(run: Any, receiver: Any, secret: str) -> None:
    words = ("--scenario", LEAVES, *SEED, "--seeds", "3", "--truth", "off", "--no-duplicates")
    done = run("explore", *words, *urls(receiver), "--secret", secret)
    assert done.code == 0
    (told,) = re.findall(r"^Seeds 7, 8, 9 vary .*\. The customer ids are (.*)\.$", done.out, re.MULTILINE)
    customers = list(map(int, told.split(", ")))
    assert len({number % 2 for number in customers}) == 2
    assert [len(str(number)) for number in customers[1:]] == [3, 10]
    delivered = {json.loads(body)["data"]["id"] for _, body in receiver.requests if body}
    assert delivered == set(customers)


@pytest.mark.usefixtures("shop")
def test_a_proof_about_one_customer_says_so(run: Any, receiver: Any, secret: str) -> None:
    done = run("explore", "--scenario", LEAVES, *SEED, *urls(receiver), "--secret", secret)
    told = " ".join(done.out.split())
    assert "All events are about one customer: how two customers influence each other was not tested." in told
    assert "A scenario with --seeds 3 gives the customer other ids" in told


@pytest.mark.usefixtures("shop")
def test_an_endpoint_gets_the_events_it_is_registered_for(run: Any, receiver: Any, write: Any, secret: str) -> None:
    root = urls(receiver)[1]
    config = (
        f'[[endpoints]]\nname = "shop"\nurl = "{root}/webhooks/steppay"\nsecret = "{secret}"\n'
        'events = ["customer.created", "customer.deleted"]\n'
    )
    file = write("steppay-mock.toml", config)
    words = ("--scenario", LEAVES, *SEED, "--config", file, "--json", "--no-duplicates", *urls(receiver)[2:])
    by_name, by_url = run("explore", *words, "--endpoint", "shop"), run("explore", *words, "--to", root)
    for done in (by_name, by_url):
        assert {event["event"] for event in done.json["events"]} == {"customer.created", "customer.deleted"}
        assert any("1 of 3 events were not delivered" in note for note in done.json["notes"])
    wider = run("explore", *words, "--to", root, "--events", "customer.created", "--events", "customer.updated")
    assert {event["event"] for event in wider.json["events"]} == {"customer.created", "customer.updated"}


def test_what_was_found_of_some_types_is_replayed_as_it_was(run: Any, receiver: Any, secret: str, shop: Shop) -> None:
    shop.mended = False
    words = ("--events", "customer.updated,customer.deleted", "--given", "1", "--settle", "0.01", "--accept", "422")
    some = ("--scenario", "customer-registers-and-leaves", *SEED, "--truth", "off", "--ties", "--first")
    done = run("explore", *some, *urls(receiver), "--secret", secret, "--events", "customer.updated,customer.deleted")
    (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert "--events customer.updated,customer.deleted" in command
    assert run(*shlex.split(command), "--secret", secret).code == 1
    shop.mended = True
    assert run(*shlex.split(command), "--secret", secret).code == 0
    vacuous = run("explore", *some, *urls(receiver), "--secret", secret, *words)
    assert "Pass two events or more." in vacuous.out


def test_events_given_before_are_given_again_in_a_replay(run: Any, receiver: Any, secret: str) -> None:
    known: set[str] = set()
    last: list[str] = []

    def answer(request: Request) -> Response:
        if request.path == "/state":
            return Response(json.dumps({"last": last[-1:] if "customer.created" in known else []}))
        if request.path == "/reset":
            known.clear()
            last.clear()
        else:
            known.add(request.get_json()["event"])
            last.append(request.get_json()["event"])
        return Response(status=204)

    receiver.answer = answer
    words = ("--scenario", LEAVES, *SEED, *urls(receiver), "--secret", secret, "--given", "1", "--truth", "off")
    done = run("explore", *words, "--no-duplicates", "--only-effective")
    assert done.code == 1
    (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    words = tuple(shlex.split(command))
    assert words[words.index("--given") + 1] == "1"
    assert run(*words, "--secret", secret).code == 1


def test_a_status_that_accepts_is_no_refusal(run: Any, receiver: Any, secret: str) -> None:
    shop = Shop()

    def answer(request: Request) -> Response:
        done = shop(request)
        is_update = request.path.startswith("/webhooks") and request.get_json()["event"] == "customer.updated"
        return Response(status=422) if is_update else done

    receiver.answer = answer
    words = ("explore", "--scenario", LEAVES, *SEED, *urls(receiver), "--secret", secret, "--no-duplicates")
    refused = run(*words)
    assert (refused.code, "refused" in refused.out) == (1, True)
    assert run(*words, "--accept", "422").code == 0


def test_urls_with_a_secret_come_from_their_variables_again(
    run: Any, receiver: Any, secret: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.mended = False
    root = urls(receiver)[1]
    monkeypatch.setenv("STEPPAY_MOCK_STATE_URL", f"{root}/state?token=never_shown")
    monkeypatch.setenv("STEPPAY_MOCK_RESET_URL", f"{root}/reset?all=1")
    done = run("explore", "--scenario", LEAVES, *SEED, "--to", root, "--secret", secret, "--truth", "off")
    assert done.code == 1
    assert "never_shown" not in done.out + done.err
    assert "with the URL that is not shown in STEPPAY_MOCK_STATE_URL" in " ".join(done.out.split())
    (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert "--state-url" not in command
    assert f"--reset-url '{root}/reset?all=1'" in command
    assert run(*shlex.split(command), "--secret", secret).code == 1


def test_nobody_there_ends_the_run(run: Any, receiver: Any, nobody: str, secret: str, shop: Shop) -> None:
    assert shop.mended
    done = run("explore", *BOTH, *urls(receiver)[2:], "--to", nobody, "--secret", secret)
    assert done.code == 3
    assert rows(done.out)[BUYS] == "skipped: the receiver could not be reached"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--all-scenarios", "--scenario", LEAVES), "--all-scenarios and --scenario contradict each other."),
        ((), "Missing option '--scenario'. Pass --scenario NAME, or --all-scenarios."),
        (("--scenario", LEAVES, "--events", "customer.creatd"), "Did you mean 'customer.created'?"),
        (
            ("--scenario", LEAVES, "--endpoint", "shop"),
            "--endpoint and --to both name the receiver. Leave out one of them.",
        ),
    ],
)
def test_wrong_usage_says_what_to_type(run: Any, receiver: Any, words: tuple[str, ...], message: str) -> None:
    done = run("explore", *words, *urls(receiver), "--unsigned")
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert message in done.err
