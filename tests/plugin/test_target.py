"""The receiver of ``steppay.deliver`` when the test names none, and the error if there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from serving import Serve

Run = Callable[..., pytest.RunResult]

DELIVERS = """
    def test_it(steppay):
        steppay.deliver(steppay.event("order.created")).assert_ok()
"""


@pytest.fixture
def url(serve: Serve) -> str:
    """A receiver behind a socket that takes everything."""

    def app(_environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [])
        return []

    return serve(app)


@pytest.mark.parametrize("target", ["shop:app", "shop:create_app()"])
@pytest.mark.usefixtures("shop")
def test_an_app_is_named_by_module_and_attribute(pytester: pytest.Pytester, run: Run, target: str) -> None:
    pytester.makepyfile(DELIVERS)
    run("--steppay-target", target).assert_outcomes(passed=1)


def test_a_url_is_a_target(pytester: pytest.Pytester, run: Run, url: str) -> None:
    pytester.makepyfile(DELIVERS)
    run("--steppay-target", url).assert_outcomes(passed=1)


@pytest.mark.usefixtures("shop")
def test_an_app_object_in_the_marker_is_a_target(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from shop import app

        @pytest.mark.steppay(target=app)
        def test_it(steppay):
            steppay.deliver(steppay.event("order.created")).assert_ok()
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.usefixtures("shop")
def test_the_call_may_name_the_app_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): steppay.deliver(steppay.events(), to='shop:app')")
    run().assert_outcomes(passed=1)


def test_a_factory_is_called_once_a_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(
        counting="""
        made = []

        def create_app():
            made.append(1)

            def app(environ, start_response):
                start_response("200 OK", [])
                return []

            return app
        """,
        test_it="""
        import counting

        def test_one(steppay):
            for event in steppay.events():
                steppay.deliver(event)
            assert len(counting.made) == 1

        def test_two(steppay):
            steppay.deliver(steppay.events())
            assert len(counting.made) == 2
        """,
    )
    run("--steppay-target", "counting:create_app()").assert_outcomes(passed=2)


def test_without_a_target_the_error_says_how_to_give_one(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(DELIVERS)
    result = run()
    result.stdout.fnmatch_lines(
        [
            (
                "E  *SteppayMockError: There is no receiver to deliver to. Pass an app or 'http://localhost:8000', "
                "or give one for all tests: steppay_target = module:app in the pytest configuration, --steppay-target, "
                "or @pytest.mark.steppay(target=app)."
            )
        ]
    )
    result.stdout.no_fnmatch_line("*target.py*")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "shp:app",
            (
                "The receiver 'shp:app' cannot be imported: there is no module 'shp'. Is its folder on the path? Set "
                "pythonpath = . in the pytest configuration, or run `python -m pytest`."
            ),
        ),
        (
            "shop.wsgi:app",
            "The receiver 'shop.wsgi:app' cannot be imported: there is no module 'shop.wsgi'. Is its folder on *",
        ),
        (
            "shop:ap",
            (
                "The receiver 'shop:ap' cannot be loaded: shop has no 'ap'. Did you mean 'app'? Name the app after the "
                "colon."
            ),
        ),
        (
            "shop:app.xyzzy",
            "The receiver 'shop:app.xyzzy' cannot be loaded: * has no 'xyzzy'. Name the app after the colon.",
        ),
        ("shop:os.sep()", "The receiver 'shop:os.sep()' cannot be called: it is no function. Leave out ()."),
        (
            "broken:app",
            (
                "The receiver 'broken:app' cannot be loaded: importing it raised ModuleNotFoundError, as shown above. "
                "Correct that first: the tests need an app that starts."
            ),
        ),
        (
            "failing:create_app()",
            (
                "The receiver 'failing:create_app()' cannot be loaded: calling it raised ZeroDivisionError, as shown "
                "above. Correct that first: the tests need an app that starts."
            ),
        ),
        (
            "localhost:8000",
            (
                "'localhost:8000' is no receiver. Give a URL such as http://localhost:8000, or module:app such as "
                "shop.wsgi:application or shop:create_app()."
            ),
        ),
        ("shop", "'shop' is no receiver. Give a URL such as http://localhost:8000, or module:app *"),
        ("shop:create_app(1)", "'shop:create_app(1)' is no receiver. *"),
        (
            "http://203.0.113.9",
            "203.0.113.9 is not this machine, and deliveries leave this machine only if you allow the host. *",
        ),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_wrong_target_says_what_is_wrong(pytester: pytest.Pytester, run: Run, target: str, message: str) -> None:
    pytester.makepyfile(broken="import shop, not_there", failing="def create_app(): 1 / 0")
    pytester.makepyfile(DELIVERS)
    result = run("--steppay-target", target)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E  *SteppayMockError: {message}"])
    result.stdout.no_fnmatch_line("*pytest_steppay*")


def test_an_app_that_fails_to_import_shows_where(pytester: pytest.Pytester, run: Run) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(broken="def connect():\n    raise OSError('no database')\n\nconnect()")
    pytester.makepyfile(DELIVERS)
    result = run("--steppay-target", "broken:app")
    result.stdout.fnmatch_lines(
        ["broken.py:4: *", "broken.py:2: OSError", "*direct cause of the following exception:*"]
    )
    result.stdout.no_fnmatch_line("*importlib*")
