"""``steppay_sandbox``: a served store whose webhooks go to the target of the test, and what a failure tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module

import pytest

from steppay_mock.payload.chance import derive_seed

Run = Callable[..., pytest.RunResult]

# Loaded here because runs in process drop what they load, and some of it cannot be loaded twice.
import_module("steppay_mock.sandbox.sandbox")

SERVED = """
    from threading import Thread
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    import pytest
    from shop import create_app

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments):
            pass

    @pytest.fixture
    def shop(steppay_secret):
        return create_app(steppay_secret)

    @pytest.fixture
    def steppay_target(shop):
        with make_server("127.0.0.1", 0, shop, handler_class=Quiet) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()
"""


@pytest.fixture
def served(pytester: pytest.Pytester, shop: None) -> None:
    """The shop of the others, behind a socket."""
    assert shop is None
    pytester.makeconftest(SERVED)


@pytest.mark.usefixtures("served")
def test_webhooks_go_to_the_target_with_the_secret_of_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import requests

        def test_it(steppay_sandbox, steppay_token, shop):
            steppay_sandbox.store.checkout()
            steppay_sandbox.settle()
            assert sorted(shop.seen) == sorted(event.type for event in steppay_sandbox.events)
            found = requests.get(
                f"{steppay_sandbox.url}/api/v1/orders", headers={"Secret-Token": steppay_token}, timeout=5
            )
            assert found.json()["totalElements"] == 1
        """
    )
    run("-W", "error", "--steppay-secret", "whsec_other").assert_outcomes(passed=1)


def test_the_seed_follows_the_test_and_no_target_is_needed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it="""
        import json
        from pathlib import Path
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        @pytest.mark.steppay(target="shop:app")
        def test_it(steppay_sandbox, n):
            steppay_sandbox.advance(days=3)
            Path(f"{n}.json").write_text(json.dumps(steppay_sandbox.status()))

        def test_no_target(steppay_sandbox):
            assert steppay_sandbox.status()["endpoints"] == []
        """
    )
    run("-W", "error").assert_outcomes(passed=3)
    for n in (1, 2):
        status = json.loads((pytester.path / f"{n}.json").read_text(encoding="utf-8"))
        assert status["seed"] == derive_seed(derive_seed(0, f"test_it.py::test_it[{n}]"), "sandbox")
        assert (status["now"][:10], status["endpoints"]) == ("2025-01-18", [])


@pytest.mark.usefixtures("served")
def test_a_failing_test_tells_what_was_delivered_and_no_secret(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", "token_hidden")
    pytester.makepyfile(
        test_it="""
        def test_it(steppay_sandbox):
            steppay_sandbox.hold()
            steppay_sandbox.store.checkout()
            steppay_sandbox.fail_renewal()
            [report] = steppay_sandbox.flush(seed=7)
            report.assert_ok()
        """
    )
    result = run("--steppay-secret", "whsec_hidden", "--showlocals")
    result.assert_outcomes(failed=1)
    told = r"sent: 8 of 9 delivered to webhooks: 8 x 200, 1 x 500; first failure: payment\.failed: 500; seed 7"
    result.stdout.re_match_lines([rf"{told}, run 1 of .+/steppay-sandbox\.sqlite$"])
    result.stdout.fnmatch_lines(["repeat: pytest test_it.py::test_it --steppay-seed 0"])
    for hidden in ("whsec_hidden", "token_hidden"):
        assert hidden not in result.stdout.str()


def test_a_host_that_is_not_this_machine_is_refused_unless_it_is_allowed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay(target="https://staging.example.com")
        def test_it(steppay_sandbox):
            assert steppay_sandbox.status()["endpoints"] == ["webhooks"]
        """
    )
    refused = run()
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*staging.example.com is not this machine*"])
    run("-o", "steppay_allow_hosts=staging.example.com").assert_outcomes(passed=1)
