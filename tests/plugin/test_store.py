"""Stores, scenarios and the REST API in a test."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest

Run = Callable[..., pytest.RunResult]

# Loaded here because runs in process drop what they load, and some of it cannot be loaded twice.
import_module("responses")
import_module("steppay_mock.rest.api")

SHOP = """
    import requests
    from flask import Flask, request

    rows = {}
    app = Flask("shop")

    @app.post("/webhooks/steppay")
    def steppay():
        data = request.json["data"]
        if "subscriptionId" in data and "status" in data:
            url = f"https://api.steppay.kr/api/v1/subscriptions/{data['subscriptionId']}"
            answer = requests.get(url, headers={"Secret-Token": "test_token"}, timeout=5)
            answer.raise_for_status()
            rows[data["subscriptionId"]] = answer.json()["status"]
        return ""
"""


CALLING = """
    from urllib.request import urlopen
    from flask import Flask, request

    rows = {}
    app = Flask("shop")

    @app.post("/webhooks/steppay")
    def steppay():
        data = request.json["data"]
        if "subscriptionId" in data and "status" in data:
            try:
                urlopen(f"https://api.steppay.kr/api/v1/subscriptions/{data['subscriptionId']}", timeout=5)
                rows[data["subscriptionId"]] = True
            except {caught}:
                pass
        return ""
"""


def test_a_scenario_and_a_store_follow_the_seed_of_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import Store, scenario

        @pytest.mark.steppay(seed=7)
        def test_scenario(steppay):
            first, second = (steppay.scenario("refund-in-full", customer_id=42) for _ in range(2))
            assert first.events == scenario("refund-in-full", seed=7, customer_id=42).events
            assert second.events != first.events
            assert steppay.scenario("refund-in-full", seed=3).seed == 3

        @pytest.mark.steppay(seed=7, locale="en_US", now=1_700_000_000, nulls="null")
        def test_store(steppay, steppay_store):
            assert steppay.scenario("refund-in-full").events == scenario(
                "refund-in-full", seed=7, locale="en_US", nulls="null", start=1_700_000_000
            ).events
            assert steppay_store.now.timestamp() // 1 == 1_700_000_000
            assert steppay_store.customer.words["name"].isascii()
            steppay_store.checkout()
            assert steppay_store.events[0].data["paymentDate"] is None
            assert steppay.store(currency="USD").currency == "USD"
        """
    )
    run().assert_outcomes(passed=2)


def test_a_receiver_that_reads_back_is_answered_in_process(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(shop=SHOP)
    pytester.syspathinsert()
    pytester.makepyfile(
        """
        import shop

        def test_scenario(steppay, steppay_api):
            story = steppay.scenario("subscription-cancelled-at-period-end")
            steppay.deliver(story, to=shop.app, order="shuffled").assert_ok()
            (number,) = story.state()["subscriptions"]
            assert shop.rows[number] == "CANCELED"
            assert {call.status for call in steppay_api.calls} == {200}

        def test_store(steppay, steppay_store, steppay_api):
            order = steppay_store.checkout()
            steppay.deliver(steppay_store.events, to=shop.app).assert_ok()
            assert shop.rows[steppay_store.subscription_of(order).id] == "ACTIVE"

        def test_another_store_of_the_test(steppay, steppay_api):
            store = steppay.store()
            store.checkout()
            steppay.deliver(store.events, to=shop.app).assert_ok()
            assert shop.rows[store.subscription.id] == "ACTIVE"
        """
    )
    run().assert_outcomes(passed=3)


def test_a_client_that_is_not_answered_is_no_mistake_of_the_receiver(pytester: pytest.Pytester, run: Run) -> None:
    """Whether the receiver swallows the error or not, the failing test says what the test lacks."""
    loud = CALLING.replace("{caught}", "ZeroDivisionError")
    quiet = CALLING.replace("{caught}", "OSError")
    pytester.makepyfile(loud=loud, quiet=quiet)
    pytester.syspathinsert()
    pytester.makepyfile(
        """
        import loud
        import quiet

        def test_loud(steppay, steppay_api):
            loud.app.testing = True
            steppay.deliver(steppay.scenario("subscription-starts"), to=loud.app).assert_ok()

        def test_quiet(steppay, steppay_api):
            steppay.deliver(steppay.scenario("subscription-starts"), to=quiet.app).assert_ok()
            assert quiet.rows
        """
    )
    result = run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E *next: *The receiver made a call that is not answered while the API is patched*"])
    told = "refused by steppay_api: api.steppay.kr, called by a client that is not answered in process"
    assert result.stdout.str().count(told) == 2
    result.stdout.no_fnmatch_line("*Correct the receiver*")


def test_an_event_of_no_store_is_a_404_that_the_report_explains(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import requests
        from flask import Flask, request

        app = Flask("shop")

        @app.post("/webhooks/steppay")
        def receive():
            url = f"https://api.steppay.kr/api/v1/customers/{request.get_json()['data']['id']}"
            answer = requests.get(url, headers={"Secret-Token": "test_token"}, timeout=5)
            return "", 204 if answer.ok else 503

        def test_alone(steppay, steppay_api):
            event = steppay.event("customer.created", data={"id": 5})
            steppay.deliver(event, to=app).assert_ok()
        """
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["answered by steppay_api: GET /api/v1/customers/5 -> 404", "next: The API knows the objects of steppay_store*"]
    )


def test_the_token_can_be_overridden(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", "token_of_the_environment")
    pytester.makepyfile(
        """
        import pytest, requests

        def ask(store, token):
            url = f"https://api.steppay.kr/api/v1/customers/{store.customer.id}"
            return requests.get(url, headers={"Secret-Token": token}, timeout=5).status_code

        def test_environment(steppay_api, steppay_store, steppay_token):
            assert steppay_token == "token_of_the_environment"
            assert ask(steppay_store, "token_of_the_environment") == 200
            assert ask(steppay_store, "test_token") == 403

        class TestOverride:
            @pytest.fixture
            def steppay_token(self):
                return "mine"

            def test_it(self, steppay_api, steppay_store):
                assert ask(steppay_store, "mine") == 200
        """
    )
    run().assert_outcomes(passed=2)


def test_a_failing_test_tells_its_story_and_never_its_token(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", "token_never_shown")
    pytester.makepyfile(
        """
        def test_it(steppay, steppay_api, steppay_token):
            story = steppay.scenario("refund-in-full", customer_id=42)
            assert len(story) == 0
        """
    )
    result = run("-l", "--setup-show")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([r"scenario: refund-in-full\(customer_id=42\), 6 events, seed \d+"])
    assert "token_never_shown" not in result.stdout.str() + result.stderr.str()


def test_scenarios_of_the_users_files_are_known(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        stories='''
        from datetime import timedelta
        from steppay_mock import define_scenario

        @define_scenario("of-the-shop")
        def of_the_shop(store):
            """A subscription is bought in our shop, and cancelled."""
            store.checkout()
            yield timedelta(days=1)
            store.cancel()
        '''
    )
    pytester.makeini("[pytest]\nsteppay_scenarios = stories.py")
    pytester.makepyfile(
        """
        def test_one(steppay):
            assert steppay.scenario("of-the-shop")[-1].data["status"] == "CANCELED"

        def test_other(steppay):
            assert len(steppay.scenario("of-the-shop")) == 6
        """
    )
    run().assert_outcomes(passed=2)


def test_another_run_in_the_process_knows_its_own_files_alone(pytester: pytest.Pytester, run: Run) -> None:
    story = """
        from steppay_mock import define_scenario

        @define_scenario("of-the-shop")
        def of_the_shop(store):
            '''A subscription is bought.'''
            store.checkout()
    """
    pytester.makepyfile(stories=story, others=story)
    pytester.makepyfile("def test_it(steppay):\n    steppay.scenario('of-the-shop')")
    for file in ("stories.py", "others.py"):
        run("-o", f"steppay_scenarios={file}").assert_outcomes(passed=1)
    run().assert_outcomes(failed=1)


def test_an_unknown_scenario_is_told_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it="def test_it(steppay):\n    steppay.scenario('refund-in-ful')")
    run().stdout.fnmatch_lines(
        [
            ">       steppay.scenario('refund-in-ful')",
            "E       steppay_mock.errors.SteppayMockError: Unknown scenario 'refund-in-ful'. Did you mean *",
            "test_it.py:2: SteppayMockError",
        ]
    )


def test_a_receiver_that_reads_back_with_httpx_is_answered_in_process(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import json

        import httpx
        import pytest

        rows, real = {}, "https://api.steppay.kr/api/v1/subscriptions/"
        client = httpx.AsyncClient()  # one for all: to make one takes longer than all else

        async def app(scope, receive, send):
            if scope["type"] != "http":
                raise RuntimeError("no lifespan")
            data = json.loads((await receive())["body"])["data"]
            if "currentPeriod" in data:
                answer = await client.get(f"{real}{data['subscriptionId']}", headers={"Secret-Token": "test_token"})
                rows[data["subscriptionId"]] = answer.json()["status"]
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        def test_every_order(steppay, steppay_api):
            found = steppay.assert_order_independent(
                "subscription-cancelled-at-period-end",
                app,
                state=lambda: dict(rows),
                reset=rows.clear,
                duplicates=False,
                losses=False,
            )
            assert {call.status for call in steppay_api.calls} == {200}

        def test_it_is_never_the_real_one(steppay_api):
            with pytest.raises(httpx.ConnectError, match="api.serve"):
                httpx.get("http://api.steppay.kr/api/v1/orders/7")

        @pytest.mark.parametrize("status", [404, 204])
        def test_faults_have_a_control(steppay, status):
            def everything(environ, start_response):
                start_response(f"{status} told", [])
                return []

            report = steppay.deliver(steppay.event("order.created"), to=everything, fault="wrong-secret")
            assert (report.ok, bool(report.undecided)) == (False, status == 404)
        """
    )
    run().assert_outcomes(passed=4)


def test_a_failing_test_shows_the_control_of_a_fault(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def nowhere(environ, start_response):
            start_response("404 told", [])
            return []

        def test_it(steppay):
            steppay.deliver(steppay.event("order.created"), to=nowhere, fault="wrong-secret").assert_ok()
        """
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * the event without the fault to be taken (2xx), before the fault wrong-secret can be judged",
            "delivered: order.created (wrong-secret) -> 404; no verdict: without the fault 404",
            "delivered: order.created -> 404",
        ]
    )


def test_a_store_and_a_scenario_send_webhooks_v1_if_they_are_asked(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from flask import Flask, request

        app = Flask("shop")
        seen = []

        @app.post("/webhooks/steppay")
        def steppay():
            seen.append((request.mimetype, "Steppay-Signature" in request.headers))
            return ""

        def test_store(steppay):
            store = steppay.store(v1="subscription", v1_form="form")
            store.checkout()
            steppay.deliver([event for event in store.events if event.type == "v1.subscription"], to=app).assert_ok()
            assert seen == [("application/x-www-form-urlencoded", False)]

        def test_scenario(steppay):
            story = steppay.scenario("webhook-v1-beside-v2", v1="order")
            assert [event.type for event in story if event.type.startswith("v1.")] == ["v1.order"]
        """
    )
    run().assert_outcomes(passed=2)
