"""``steppay_sender``: a sender to the target of the test, whose runs a failure tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from steppay_mock.payload.chance import derive_seed

Run = Callable[..., pytest.RunResult]

# Loaded here because runs in process drop what they load, and some of it cannot be loaded twice.
import_module("steppay_mock.delivery.sender.sender")
with suppress(ImportError):  # of the extra fast
    import_module("steppay_mock.delivery.engine.libcurl")

SERVED = """
    from threading import Thread
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    import pytest
    from shop import create_app

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments):
            pass

    @pytest.fixture
    def steppay_target(steppay_secret):
        with make_server("127.0.0.1", 0, create_app(steppay_secret), handler_class=Quiet) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()
"""
SENDING = """
    import json
    from pathlib import Path
    import pytest

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_it(steppay, steppay_sender, n):
        events = steppay.events("order.created", n=n)
        reports = [steppay_sender.send(events, order="shuffled", concurrency=2) for _ in range(2)]
        assert [report.succeeded for report in reports] == [n, n]
        Path(f"{n}.seeds").write_text(json.dumps([report.seed for report in reports]))
"""
SEEDS = {
    f"{n}.seeds": [derive_seed(derive_seed(0, f"test_it.py::test_it[{n}]"), "sender", call) % 2**63 for call in (1, 2)]
    for n in (1, 2, 3)
}


@pytest.fixture
def served(pytester: pytest.Pytester, shop: None) -> None:
    """The shop of the others, behind a socket."""
    assert shop is None
    pytester.makeconftest(SERVED)


def seeds(pytester: pytest.Pytester) -> dict[str, list[int]]:
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in pytester.path.glob("*.seeds")}


@pytest.mark.usefixtures("served")
def test_it_sends_with_secret_and_seed_of_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=SENDING)
    run("-W", "error").assert_outcomes(passed=3)
    assert seeds(pytester) == SEEDS
    run("--steppay-secret", "whsec_other").assert_outcomes(passed=3)


@pytest.mark.usefixtures("served")
def test_workers_of_xdist_send_with_the_same_seeds(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_it=SENDING)
    run_apart("-n", "2").assert_outcomes(passed=3)
    assert seeds(pytester) == SEEDS


@pytest.mark.usefixtures("served")
def test_a_failing_test_tells_what_was_sent(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it="""
        def test_it(steppay, steppay_sender):
            steppay_sender.send(steppay.event("order.created"), seed=7).assert_ok()
            steppay_sender.send(steppay.event("payment.failed")).assert_ok()
        """
    )
    result = run("--steppay-secret", "whsec_hidden")
    result.assert_outcomes(failed=1)
    sent = [line for line in result.stdout.lines if line.startswith("sent: ")]
    assert len(sent) == 2
    url = r"http://127\.0\.0\.1:\d+/webhooks/steppay"
    first = re.fullmatch(rf"sent: 1 of 1 delivered to {url}: 1 x 200; seed 7, run 1 of (.+)", sent[0])
    assert first
    journal = Path(first[1])
    assert journal.name == "steppay.sqlite"
    assert b"whsec_hidden" not in journal.read_bytes()
    seed = derive_seed(derive_seed(0, "test_it.py::test_it"), "sender", 2) % 2**63
    told = rf"sent: 0 of 1 delivered to {url}: 1 x 500; first failure: payment\.failed: 500; seed {seed}, run 2 of .+"
    assert re.fullmatch(told, sent[1])
    result.stdout.fnmatch_lines(["repeat: pytest test_it.py::test_it --steppay-seed 0"])
    assert "whsec_hidden" not in result.stdout.str()


@pytest.mark.usefixtures("served")
def test_waits_take_no_time_and_a_stopped_run_is_resumed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import asyncio
        from steppay_mock.delivery.schedule import Deliver, Wait, plan

        def test_it(steppay, steppay_sender, tmp_path):
            events = steppay.events("order.created", n=3)
            made = plan(events, [Deliver(event=0), Wait(seconds=1e9), Deliver(event=1), Deliver(event=2)])
            stopped = steppay_sender.send(made, watch=lambda progress: progress.succeeded and steppay_sender.stop())
            assert stopped.pending
            assert [report.succeeded for report in steppay_sender.resume()] == [3]
            assert asyncio.run(steppay_sender.send_async(events)).ok
            assert (tmp_path / "steppay.sqlite").is_file()
            assert False
        """
    )
    result = run()
    result.stdout.fnmatch_lines(["E       assert False"])
    sent = [line for line in result.stdout.lines if line.startswith("sent: ")]
    assert len(sent) == 3
    assert ", stopped; seed " in sent[0]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("target", "told"),
    [
        (None, "steppay_sender has no receiver to send to. Give a URL: steppay_target = http://localhost:8000"),
        ("shop:app", "steppay_sender sends over HTTP, and the target is an app: 'shop:app'. Hand it the events in"),
        (
            "https://api.steppay.kr",
            "*SteppayMockError: api.steppay.kr belongs to StepPay: nothing is ever sent there",
        ),
        ("https://shop.example", "*SteppayMockError: shop.example is not this machine"),
    ],
)
def test_a_target_that_cannot_be_sent_to_says_what_to_do(
    pytester: pytest.Pytester, run: Run, target: str | None, told: str
) -> None:
    pytester.makepyfile("def test_it(steppay_sender): pass")
    result = run(*(() if target is None else ("--steppay-target", target)))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"{told}*", "repeat: pytest *"])


@pytest.mark.usefixtures("shop")
def test_an_app_is_named_by_its_type(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from shop import app

        @pytest.mark.steppay(target=app)
        def test_it(steppay_sender):
            pass
        """
    )
    run().stdout.fnmatch_lines(["steppay_sender sends over HTTP, and the target is an app: Flask. Hand it *"])


@pytest.mark.usefixtures("served")
def test_the_path_is_that_of_the_settings(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay(path="/nowhere")
        def test_it(steppay, steppay_sender):
            assert steppay_sender.send(steppay.event("order.created")).statuses == {404: 1}
        """
    )
    run().assert_outcomes(passed=1)
