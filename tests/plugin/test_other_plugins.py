"""Beside other plugins of pytest and tools that stop the clock, the fixtures do what they do without."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

RECEIVERS = """
    from threading import Thread
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    import pytest
    from steppay_mock import Sender, verify

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments):
            pass

    def wsgi(environ, start_response):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        verify(environ["HTTP_STEPPAY_SIGNATURE"], body, "whsec_test")
        start_response("204 No Content", [])
        return []

    async def asgi(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @pytest.fixture(scope="session")
    def url():
        with make_server("127.0.0.1", 0, wsgi, handler_class=Quiet) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
"""
SOCKETS = """
    import pytest
    from receivers import asgi, wsgi, url

    @pytest.mark.enable_socket
    def test_the_server_starts(url):
        pass

    def test_asgi(steppay):
        steppay.deliver(steppay.events("order.created"), to=asgi).assert_ok()

    def test_explore(steppay):
        steppay.explore("virtual-account-deposit", asgi, state=dict, reset=dict)

    def test_url(steppay, url):
        steppay.deliver(steppay.events("order.created"), to=url).assert_ok()

    def test_fault(steppay, url):
        steppay.deliver(steppay.events("order.created"), to=url, fault="names-title-case").assert_ok()

    def test_remote(steppay, url):
        steppay.explore("virtual-account-deposit", url, state=dict, reset=dict)

    def test_served(steppay_api):
        with steppay_api.serve():
            pass
"""
FORBIDDEN = "E *SteppayMockError: pytest-socket forbids the socket that is needed to"
HOSTS = "--allow-hosts=127.0.0.1,::1,localhost"


@pytest.fixture(autouse=True)
def _receivers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(receivers=RECEIVERS)
    pytester.syspathinsert()


@pytest.mark.parametrize("warnings", ["ignore", "error"])
def test_a_socket_of_ours_that_is_forbidden_is_no_failure_of_the_receiver(
    pytester: pytest.Pytester, run_apart: Run, warnings: str
) -> None:
    pytester.makepyfile(test_it=SOCKETS)
    # In a process of its own: this one may have its event loop already, which then needs no socket.
    result = run_apart("-p", "pytest_socket", "--disable-socket", "-W", warnings)
    result.assert_outcomes(passed=1, failed=6)
    next_step = "Allow it: run pytest with {}, or mark the test with @pytest.mark.enable_socket"
    for what, allow in (
        ("run the event loop of an ASGI app", "--allow-unix-socket"),
        ("deliver to 127.0.0.1:*", HOSTS),
        ("serve the API", HOSTS),
    ):
        result.stdout.fnmatch_lines([f"{FORBIDDEN} {what}. {next_step.format(allow)}"])
    assert result.stdout.str().count("SteppayMockError: pytest-socket forbids") >= 6


def test_with_what_the_errors_say_all_goes(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=SOCKETS)
    run("-p", "pytest_socket", "--disable-socket", HOSTS, "--allow-unix-socket", "-W", "error").assert_outcomes(
        passed=7
    )


def test_an_app_in_process_that_opens_a_forbidden_socket_is_told_as_its_failure(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import socket

        def calls_out(environ, start_response):
            socket.create_connection(("192.0.2.1", 80))

        def test_it(steppay):
            outcome = steppay.deliver(steppay.events("order.created"), to=calls_out)[0]
            assert outcome.status == 500 and "A test tried to use socket" in outcome.error
        """
    )
    run("-p", "pytest_socket", "--disable-socket", "-W", "ignore").assert_outcomes(passed=1)


@pytest.mark.parametrize("options", [["--disable-socket"], ["--allow-hosts=127.0.0.1"]])
def test_the_api_leaves_the_sockets_as_pytest_socket_wants_them(
    pytester: pytest.Pytester, run: Run, options: list[str]
) -> None:
    pytester.makepyfile(
        """
        import socket
        import pytest
        from receivers import url

        def test_answers(steppay_api):
            pass

        @pytest.mark.enable_socket
        def test_after_it_sockets_can_be_enabled(url):
            assert socket.getaddrinfo.__module__ == socket.socket.__module__ == "socket"
            assert socket.socket.connect.__qualname__ == "socket.connect"
        """
    )
    run("-p", "pytest_socket", *options).assert_outcomes(passed=2)


@pytest.mark.parametrize("stop", ["freezegun.freeze_time('2001-02-03')", "time_machine.travel(0, tick=False)"])
def test_limits_of_pytest_timeout_and_ours_hold_under_a_stopped_clock(
    pytester: pytest.Pytester, run: Run, stop: str
) -> None:
    pytester.makepyfile(
        f"""
        from threading import Event
        import freezegun
        import pytest
        import time_machine
        from receivers import wsgi

        def hangs(environ, start_response):
            Event().wait(60)

        @pytest.fixture(autouse=True)
        def stopped():  # not within the limit: freezegun looks through all modules first
            with {stop}:
                yield

        @pytest.mark.timeout(0.3, method="signal", func_only=True)
        def test_theirs(steppay):
            steppay.explore("virtual-account-deposit", hangs, state=dict, reset=dict, timeout=50)

        @pytest.mark.timeout(50, method="signal", func_only=True)
        def test_ours(steppay):
            steppay.explore("virtual-account-deposit", hangs, state=dict, reset=dict, timeout=0.1)

        @pytest.mark.timeout(50, method="thread", func_only=True)
        def test_neither(steppay):
            steppay.explore("virtual-account-deposit", wsgi, state=dict, reset=dict, secret="whsec_test")
        """
    )
    result = run("-p", "timeout")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["E  *Failed: Timeout *0.3*", "E  *The receiver did not answer * within 0.1 s*"])


def test_tests_of_pytest_asyncio_in_strict_mode_await_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import freezegun
        import pytest
        from receivers import asgi

        @pytest.mark.asyncio
        async def test_it(steppay):
            (await steppay.deliver_async(steppay.events("order.created"), to=asgi)).assert_ok()
            with freezegun.freeze_time("2001-02-03"):
                (await steppay.deliver_async(steppay.events("order.created"), to=asgi)).assert_ok()
                await steppay.explore_async("virtual-account-deposit", asgi, state=dict, reset=dict)
        """
    )
    options = ("-o", "asyncio_mode=strict", "-o", "asyncio_default_fixture_loop_scope=function")
    run("-p", "pytest_asyncio.plugin", *options, "-W", "error").assert_outcomes(passed=1)


def test_a_fixture_that_travels_in_time_signs_for_the_receiver(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import time
        import pytest
        from receivers import url, wsgi

        @pytest.mark.time_machine("2001-02-03T00:00:00+00:00", tick=False)
        def test_it(steppay, steppay_store, url, time_machine):
            events = steppay.events("order.created")
            assert time.time() == 981158400
            for receiver in (wsgi, url):
                steppay.deliver(events, to=receiver, secret="whsec_test").assert_ok()
        """
    )
    run("-p", "time_machine").assert_outcomes(passed=1)
