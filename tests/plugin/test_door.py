"""The methods of ``steppay`` and what they give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_events_are_those_of_make_events(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import EventType, make_event, make_events

        @pytest.mark.steppay(seed=7)
        def test_it(steppay):
            assert steppay.events() == make_events(seed=7)
            assert steppay.events(seed=7, n=2) == make_events(seed=7, n=2)
            assert steppay.events("order.created", seed=7) == [make_event("order.created", seed=7)]
            several = [EventType.ORDER_CREATED, "payment.failed"]
            assert steppay.events(several, seed=7) == make_events(several, seed=7)
            email = {"payer": {"email": "kim@example.com"}}
            assert steppay.event("payment.completed", data=email).data["payer"]["email"] == "kim@example.com"
        """
    )
    run().assert_outcomes(passed=1)


def test_misuse_is_told_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it="def test_it(steppay):\n    steppay.event('payment.complet')")
    run().stdout.fnmatch_lines(
        [
            ">       steppay.event('payment.complet')",
            (
                "E       steppay_mock.errors.SteppayMockError: There is no event type 'payment.complet'. Did you mean "
                "'payment.completed'? *"
            ),
            "",
            "test_it.py:2: SteppayMockError",
        ]
    )


@pytest.mark.usefixtures("shop")
def test_deliveries_are_signed_by_the_secret_and_shuffled_by_the_seed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import shop
        from pathlib import Path

        def test_it(steppay, steppay_secret):
            app = shop.create_app(steppay_secret)
            events = steppay.events(["order.created", "order.updated", "invoice.created", "customer.created"], n=3)
            first = steppay.deliver(events, to=app, order="shuffled")
            first.assert_ok()
            second = steppay.deliver(events, to=app, order="shuffled")
            assert first.seed != second.seed
            assert [o.event for o in first] != [o.event for o in second]
            assert app.seen == [o.event.type for o in [*first, *second]]
            again = steppay.deliver(events, to=app, order="shuffled", seed=first.seed)
            assert [o.event for o in first] == [o.event for o in again]
            with Path("seeds").open("a") as file:
                print(first.seed, second.seed, file=file)
        """
    )
    run("--steppay-secret=s").assert_outcomes(passed=1)
    run("--steppay-secret=s").assert_outcomes(passed=1)
    first, second = (pytester.path / "seeds").read_text(encoding="utf-8").splitlines()
    assert first == second


def test_asgi_apps_are_delivered_to_in_and_outside_a_loop(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it="""
        import asyncio

        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await receive()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        def test_outside(steppay):
            steppay.deliver(steppay.events(), to=app).assert_ok()

        def test_inside(steppay):
            async def main():
                report = await steppay.deliver_async(steppay.event("order.created"), to=app)
                report.assert_ok()
                steppay.deliver(steppay.event("order.created"), to=app)

            asyncio.run(main())
        """
    )
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *SteppayMockError: deliver() cannot call an ASGI app within a running event loop. Await it: *",
            "delivered: order.created -> 204",
        ]
    )


def test_validate_takes_events_and_payloads_and_can_be_strict(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import ContractViolation

        def test_it(steppay):
            event = steppay.event("order.created")
            steppay.validate(event)
            steppay.validate(event.payload, strict=True)
            event.data["unheardOf"] = 1
            steppay.validate(event)
            with pytest.raises(ContractViolation, match="unheardOf"):
                steppay.validate(event, strict=True)
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.usefixtures("shop")
def test_a_signature_is_what_the_receiver_verifies(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import shop
        from steppay_mock import verify

        def test_it(steppay, steppay_secret):
            body = steppay.event("order.created").body
            verify(steppay.sign(body), body, steppay_secret)
            client = shop.create_app(steppay_secret).test_client()
            headers = {"Steppay-Signature": steppay.sign(body)}
            answer = client.post("/webhooks/steppay", data=body, headers=headers, content_type="application/json")
            assert answer.status_code == 200
        """
    )
    run("--steppay-secret=another").assert_outcomes(passed=1)


@pytest.mark.parametrize("secret", ["''", "b'bytes'", "()", "{'a': 'b'}", "7"])
def test_a_secret_that_is_none_is_refused_without_being_told(pytester: pytest.Pytester, run: Run, secret: str) -> None:
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.steppay(secret={secret})\ndef test_it(steppay): steppay.sign(b'body')"
    )
    run().stdout.fnmatch_lines(["E  *SteppayMockError: A secret is text that is not empty: *"])


def test_the_type_of_the_door_is_public() -> None:
    import pytest_steppay
    from pytest_steppay import StepPay

    assert StepPay.__name__ in pytest_steppay.__all__
    with pytest.raises(AttributeError, match="module 'pytest_steppay' has no attribute 'Steppay'"):
        pytest_steppay.Steppay  # noqa: B018
