"""The precedence of settings: marker before option before ini key before default."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

INI = """
    [pytest]
    steppay_seed = 3
    steppay_secret = from-ini
    steppay_target = http://localhost:3
"""
OPTIONS = ("--steppay-seed=2", "--steppay-secret=from-option", "--steppay-target=http://localhost:2")
MARKER = "@pytest.mark.steppay(seed=1, secret='from-marker', target='http://localhost:1')"
UNMARKED = "# no marker"


def write(pytester: pytest.Pytester, *, marker: str, seed: int, secret: str, target: str | None) -> None:
    derived = str(seed) if marker == MARKER else f"derive_seed({seed}, 'test_it.py::test_it')"
    pytester.makepyfile(
        test_it=f"""
        import pytest
        from steppay_mock import sign
        from steppay_mock.payload.chance import derive_seed

        {marker}
        def test_it(steppay, steppay_seed, steppay_secret, steppay_target):
            assert steppay_seed == {derived}
            assert steppay_secret == {secret!r}
            assert steppay_target == {target!r}
            assert steppay.sign(b"body", timestamp=1) == sign(b"body", {secret!r}, timestamp=1)
        """
    )


def test_a_marker_wins_over_all(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "from-environment")
    pytester.makeini(INI)
    write(pytester, marker=MARKER, seed=1, secret="from-marker", target="http://localhost:1")
    run(*OPTIONS).assert_outcomes(passed=1)


def test_an_option_wins_over_ini_and_environment(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "from-environment")
    pytester.makeini(INI)
    write(pytester, marker=UNMARKED, seed=2, secret="from-option", target="http://localhost:2")
    run(*OPTIONS).assert_outcomes(passed=1)


def test_an_ini_key_wins_over_the_environment(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "from-environment")
    pytester.makeini(INI)
    write(pytester, marker=UNMARKED, seed=3, secret="from-ini", target="http://localhost:3")
    run().assert_outcomes(passed=1)


def test_the_environment_gives_the_secret_where_nothing_else_does(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "from-environment")
    write(pytester, marker=UNMARKED, seed=0, secret="from-environment", target=None)
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("environment", [None, ""])
def test_there_is_a_default_for_all(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, environment: str | None
) -> None:
    if environment is not None:
        monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", environment)
    write(pytester, marker=UNMARKED, seed=0, secret="whsec_test", target=None)
    run().assert_outcomes(passed=1)


def test_the_environment_is_read_when_the_test_runs(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import os

        def test_it(monkeypatch, request):
            monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "from-dotenv")
            assert request.getfixturevalue("steppay_secret") == "from-dotenv"
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "marker", "expected"),
    [
        ("", UNMARKED, ("/webhooks/steppay", "ko_KR")),
        ("steppay_path = /ini\nsteppay_locale = en_US", UNMARKED, ("/ini", "en_US")),
        (
            "steppay_path = /ini\nsteppay_locale = en_US",
            "@pytest.mark.steppay(path='/m', locale='ko_KR')",
            ("/m", "ko_KR"),
        ),
    ],
)
def test_path_and_locale_come_from_marker_ini_or_default(
    pytester: pytest.Pytester, run: Run, ini: str, marker: str, expected: tuple[str, str]
) -> None:
    path, locale = expected
    pytester.makeini(f"[pytest]\n{ini}")
    pytester.makepyfile(
        f"""
        import pytest

        def app(environ, start_response):
            start_response("200 OK" if environ["PATH_INFO"] == {path!r} else "404 Not Found", [])
            return []

        {marker}
        def test_it(steppay, steppay_seed):
            event = steppay.event("customer.created")
            assert event == steppay.event("customer.created", seed=steppay_seed, locale={locale!r})
            steppay.deliver(event, to=app).assert_ok()
            assert steppay.deliver(event, to=app, path="/elsewhere")[0].status == 404
        """
    )
    run().assert_outcomes(passed=1)


def test_hosts_are_allowed_by_the_ini_file_or_the_call(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsteppay_allow_hosts =\n    staging.invalid\n    other.invalid")
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import SteppayMockError

        def test_it(steppay):
            event = steppay.event("order.created")
            assert steppay.deliver(event, to="http://staging.invalid:1").statuses[None]
            with pytest.raises(SteppayMockError, match="is not this machine"):
                steppay.deliver(event, to="http://third.invalid:1")
            with pytest.raises(SteppayMockError, match="is not this machine"):
                steppay.deliver(event, to="http://staging.invalid:1", allow_hosts=["third.invalid"])
        """
    )
    run().assert_outcomes(passed=1)


def test_several_secrets_rotate_and_none_leaves_deliveries_unsigned(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import verify

        signatures = []

        def app(environ, start_response):
            signatures.append(environ.get("HTTP_STEPPAY_SIGNATURE"))
            start_response("200 OK", [])
            return []

        @pytest.mark.steppay(secret=("old", "new"))
        def test_rotation(steppay, steppay_secret):
            assert steppay_secret == ("old", "new")
            event = steppay.event("order.created")
            steppay.deliver(event, to=app)
            for secret in steppay_secret:
                verify(signatures[-1], event.body, secret)

        @pytest.mark.steppay(secret=None)
        def test_unsigned(steppay):
            steppay.deliver(steppay.event("order.created"), to=app)
            assert signatures[-1] is None

        def test_in_the_call(steppay):
            event = steppay.event("order.created")
            steppay.deliver(event, to=app, secret="other")
            verify(signatures[-1], event.body, "other")
        """
    )
    run().assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("settings", "marker", "expected"),
    [
        ((), UNMARKED, "pretty"),
        (("-o", "steppay_body=compact"), UNMARKED, "compact"),
        (("-o", "steppay_body=compact", "--steppay-body=escaped"), UNMARKED, "escaped"),
        (("--steppay-body=escaped",), "@pytest.mark.steppay(body='pretty')", "pretty"),
    ],
)
def test_the_form_of_bodies_comes_from_marker_option_ini_or_default(
    pytester: pytest.Pytester, run: Run, settings: tuple[str, ...], marker: str, expected: str
) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        {marker}
        def test_it(steppay, steppay_store):
            story = steppay.scenario("refund-in-full")
            steppay_store.checkout()
            made = [steppay.event("order.created"), *steppay.events("order.created"), *story, *steppay_store.events]
            assert {{event.form for event in made}} == {{ {expected!r} }}
            assert steppay.event("order.created", body="compact").body.startswith(b'{{"')
        """
    )
    run(*settings).assert_outcomes(passed=1)


def test_a_form_that_there_is_not_fails_the_tests_that_use_the_fixtures(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsteppay_body = prety")
    pytester.makepyfile("def test_it(steppay): pass\ndef test_other(): pass")
    done = run()
    done.assert_outcomes(errors=1, passed=1)
    done.stdout.fnmatch_lines(["*steppay_body='prety': expected 'pretty', 'compact' or 'escaped'. Did you mean*"])
