"""``--v1`` and ``--v1-form``: commands that run scenarios send webhooks v1 beside those of v2 (fact 52)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from werkzeug import Request, Response

from steppay_mock import make_v1_event, scenario

FORM = "application/x-www-form-urlencoded"
RENEWS = ("subscription-renews", "--set", "renewals=1", "--seed", "7")


def taking_all(_request: Request) -> Response:
    return Response(status=204)


def forms(receiver: Any) -> list[bytes]:
    return [body for headers, body in receiver.requests if headers.get("content-type") == FORM]


def test_a_story_is_shown_with_them(run: Any) -> None:
    done = run("scenario", "show", *RENEWS, "--v1", "both", "--json")
    types = [row["event"] for row in done.json["timeline"]]
    assert types.count("v1.subscription") == 2
    assert types[-1] == "v1.order"
    assert "v1." not in run("scenario", "show", *RENEWS).out
    assert "v1.order" in run("scenario", "show", "webhook-v1-beside-v2").out
    assert "v1." not in run("scenario", "show", "webhook-v1-beside-v2", "--v1", "none").out


def test_they_are_delivered_in_the_form_that_is_asked_for(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = taking_all
    done = run(
        *("scenario", "run", *RENEWS, "--v1", "order", "--v1-form", "form", "--to", receiver.url, "--secret", secret)
    )
    assert done.code == 0
    [event] = [one for one in scenario("subscription-renews", renewals=1, seed=7, v1="order") if one.type == "v1.order"]
    assert forms(receiver) == [f"webHookType=PAYMENT&orderId={event.data['orderId']}".encode()]
    signed = ["steppay-signature" in headers for headers, _ in receiver.requests]
    assert signed == [headers.get("content-type") != FORM for headers, _ in receiver.requests]


def test_a_journal_resends_them_as_they_were(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    receiver.answer = lambda request: Response(status=500 if request.content_type == FORM else 204)
    journal = str(tmp_path / "deliveries.sqlite")
    sent = ("--to", receiver.url, "--secret", secret, "--journal", journal, "--retries", "none")
    assert run("scenario", "run", *RENEWS, "--v1", "both", "--v1-form", "form", *sent).code == 1
    before = forms(receiver)
    assert len(before) == 3
    receiver.requests.clear()
    receiver.answer = taking_all
    with closing(sqlite3.connect(journal)) as connection, connection:
        failed = [str(number) for (number,) in connection.execute("SELECT id FROM deliveries WHERE state = 'FAIL'")]
    listed = run("log", "--journal", journal, "--event", "v1.order", "--json").json
    assert [one["event"] for one in listed if one["timestamp"]] == ["v1.order"]
    shown = run("log", "show", failed[0], "--journal", journal)
    assert "content-type: application/x-www-form-urlencoded" in shown.out
    assert "steppay-signature" not in shown.out
    done = run("resend", *failed, "--journal", journal, "--secret", secret)
    assert done.code == 0, done.err
    assert forms(receiver) == before
    assert all("steppay-signature" not in headers for headers, _ in receiver.requests)


def test_a_captured_one_is_validated_and_sent(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    file = tmp_path / "captured.json"
    file.write_bytes(make_v1_event("order", data={"orderId": 42}, body="compact").body)
    assert run("validate", str(file)).code == 0
    receiver.answer = taking_all
    assert run("send", "--to", receiver.url, "--file", str(file), "--secret", secret).code == 0
    [(headers, body)] = receiver.requests
    assert (headers["content-type"], body) == ("application/json", b'{"webHookType":"PAYMENT","orderId":42}')
    assert "steppay-signature" not in headers
    file.write_text('{"webHookType": "PAYMENT"}', encoding="utf-8")
    done = run("validate", str(file))
    assert (done.code, "v1.order: $.orderId" in done.out + done.err) == (1, True)


@pytest.mark.parametrize("looks", [True, False])
def test_a_receiver_that_credits_both_is_found(run: Any, receiver: Any, secret: str, looks: bool) -> None:  # noqa: FBT001
    points: dict[int, int] = {}

    def answer(request: Request) -> Response:
        if request.path == "/state":
            return Response(json.dumps(points))
        if request.path == "/reset":
            points.clear()
        elif request.content_type == FORM:
            [number] = parse_qs(request.get_data(as_text=True)).get("orderId", ["0"])
            if int(number):
                points[int(number)] = 100 if looks else points.get(int(number), 0) + 100
        elif (data := request.get_json()["data"]).get("type") == "RECURRING":
            points.setdefault(data["id"], 100)
        return Response(status=204)

    receiver.answer = answer
    base = receiver.url.rpartition("/webhooks")[0]
    done = run(
        *("explore", "--scenario", "webhook-v1-beside-v2", "--set", "renewals=1", "--v1-form", "form", "--seed", "7"),
        *("--events", "order.payment_completed,v1.*", "--to", receiver.url, "--secret", secret),
        *("--state-url", f"{base}/state", "--reset-url", f"{base}/reset", "--no-duplicates"),
    )
    assert done.code == (0 if looks else 1), done.out + done.err


def test_a_wrong_word_is_told(run: Any) -> None:
    done = run("scenario", "show", *RENEWS, "--v1", "all")
    assert (done.code, "--v1" in done.err) == (2, True)


def test_the_27_event_types_stay_those_of_v2(run: Any) -> None:
    found = run("events", "--json").json
    assert len(found) == 27
    assert not [one for one in found if str(one["event"]).startswith("v1")]


def test_all_scenarios_are_those_of_v2_unless_v1_is_asked_for(run: Any) -> None:
    from steppay_mock.cli.options.scenario import Staging
    from steppay_mock.cli.story_candidates import chosen_names
    from steppay_mock.store.scenarios.registry import all_scenarios

    def chosen(v1: str | None) -> set[str]:
        staging = Staging(files=(), settings=(), assumed=(), seed=7, start=None, locale="ko_KR", currency="KRW", v1=v1)
        return {*chosen_names((), every=True, staging=staging)}

    assert {*all_scenarios()} - chosen(None) == {"webhook-v1-beside-v2"}
    assert chosen("both") == {*all_scenarios()}
    assert "Those with webhooks v1 need --v1." in " ".join(run("explore", "--help").out.split())
