"""``replay``: a counterexample fails until the receiver is mended, in any process and on any day."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from cli.shop import SEED, Shop, urls

from steppay_mock.ordering.token import read_token

STORIES = '''
from datetime import timedelta
from steppay_mock import define_scenario

@define_scenario("of-the-shop", sells="one_time")
def of_the_shop(store, *, days: int = 3):
    """Something is bought in our shop, and given back."""
    order = store.checkout()
    yield timedelta(days=days)
    store.refund(order)
'''


@pytest.fixture
def shop(receiver: Any) -> Shop:
    receiver.answer = Shop(mended=False)
    return receiver.answer  # type: ignore[no-any-return]


@pytest.fixture
def find(run: Any, receiver: Any, secret: str) -> Callable[..., list[str]]:
    """The words of the command that replays what ``explore`` finds in the scenario."""

    def found(*words: str) -> list[str]:
        done = run("explore", *words, *SEED, *urls(receiver), "--secret", secret, "--no-duplicates")
        assert done.code == 1
        (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
        return shlex.split(command)

    return found


def test_it_fails_until_the_receiver_is_mended(
    run: Any, receiver: Any, shop: Shop, secret: str, find: Callable[..., list[str]]
) -> None:
    command = find("--scenario", "customer-registers-and-leaves")
    failing = run(*command, "--secret", secret)
    assert failing.code == 1
    assert failing.out.startswith("It still fails.\n")
    assert failing.err == "it still fails\n"
    elsewhere = subprocess.run(
        [sys.executable, "-m", "steppay_mock.cli", *command, "--secret", secret],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (elsewhere.returncode, elsewhere.stdout) == (1, failing.out)
    shop.mended = True
    receiver.requests.clear()
    mended = run(*command, "--secret", secret)
    assert mended.code == 0
    assert mended.out.startswith("Fixed: ")
    assert mended.err == "fixed\n"
    assert 0 < len([body for _, body in receiver.requests if body]) <= 6


@pytest.mark.parametrize(
    "words",
    [
        ("--start", "2024-02-01T00:00:00+09:00"),
        ("--locale", "en_US", "--currency", "USD", "--set", "price=12.50"),
        ("--set", "customer_id=42", "--assume", "retry_days=[1, 2]"),
        ("--ties",),
    ],
)
def test_it_makes_the_events_again_as_they_were(
    words: tuple[str, ...], run: Any, secret: str, shop: Shop, find: Callable[..., list[str]]
) -> None:
    command = find("--scenario", "one-time-purchase", *words)
    assert run(*command, "--secret", secret).code == 1
    shop.mended = True
    assert run(*command, "--secret", secret).code == 0


@pytest.mark.usefixtures("shop")
def test_a_scenario_of_a_file_needs_the_file(
    run: Any, secret: str, write: Callable[..., str], find: Callable[..., list[str]]
) -> None:
    file = write("stories.py", STORIES)
    command = find("--scenario", "of-the-shop", "--from", file)
    assert command[-2:] == ["--from", file]
    assert run(*command, "--secret", secret).code == 1
    write("stories.py", STORIES.replace("order = ", "yield timedelta(days=days)\n    order = "))
    changed = run(*command, "--secret", secret)
    assert (changed.code, changed.out) == (2, "")
    assert "does not exist any more: no event has this content." in changed.err
    elsewhere = subprocess.run(
        [sys.executable, "-m", "steppay_mock.cli", *command[:-2], "--secret", secret],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (elsewhere.returncode, elsewhere.stdout) == (2, "")
    assert "of-the-shop" in elsewhere.stderr


@pytest.mark.parametrize("refusing", [401, 500])
def test_a_receiver_that_takes_nothing_is_not_mended(
    refusing: int, run: Any, secret: str, shop: Shop, find: Callable[..., list[str]]
) -> None:
    command = find("--scenario", "order-cancelled-before-payment")
    shop.refusing = refusing
    done = run(*command, "--secret", secret)
    assert (done.code, done.out) == (2, "")
    assert "Every event was refused." in done.err


@pytest.mark.usefixtures("shop")
def test_a_state_that_never_changes_shows_no_mending(run: Any, secret: str, find: Callable[..., list[str]]) -> None:
    command = find("--scenario", "order-cancelled-before-payment")
    done = run(*command, "--secret", secret, "--ignore", "order")
    assert (done.code, done.out) == (2, "")
    assert "The state never changed." in done.err


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("option", ["--to", "--state-url", "--reset-url"])
def test_what_is_not_there_is_not_reached(
    option: str, run: Any, secret: str, nobody: str, find: Callable[..., list[str]]
) -> None:
    command = find("--scenario", "order-cancelled-before-payment")
    done = run(*command, option, nobody, "--secret", secret)
    assert (done.code, done.out) == (3, "")
    assert "Error: " in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sp1.nonsense",), "'sp1.nonsense' is not a token of a counterexample. Copy the whole token from the report"),
        (("sp2.x", "--header", "whsec_never_shown"), "Write it like Authorization: Bearer"),
        (("sp1.x", "--from", "nowhere.py"), "does not exist"),
        (("sp1.x", "--state-url", "https://api.steppay.kr"), "belongs to StepPay"),
        ((), "Missing argument 'TOKEN'"),
    ],
)
def test_wrong_usage_says_what_to_type(
    run: Any, receiver: Any, words: tuple[str, ...], message: str, secret: str
) -> None:
    done = run("replay", *urls(receiver), "--secret", secret, *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "whsec_never_shown" not in done.err
    assert receiver.requests == []


@pytest.mark.usefixtures("shop")
def test_a_token_that_needs_a_function_cannot_be_replayed_here(
    run: Any, receiver: Any, secret: str, find: Callable[..., list[str]]
) -> None:
    token = read_token(find("--scenario", "customer-registers-and-leaves")[1])
    for kind, what in (("invariant", "an invariant"), ("effects", "effects")):
        text = token.of(token.course, kind=kind)  # type: ignore[arg-type]
        done = run("replay", text, *urls(receiver), "--secret", secret)
        assert (done.code, done.out) == (2, "")
        assert f"The token was found with {what}, which the command line cannot take. Replay it in Python" in done.err
        assert f"{kind}=" not in done.err


@pytest.mark.usefixtures("shop")
def test_what_the_page_shows_runs(
    run: Any, find: Callable[..., list[str]], section: Callable[[str], list[list[str]]]
) -> None:
    token = find("--scenario", "customer-registers-and-leaves")[1]
    shown = section("replay")
    assert shown
    for words in shown:
        assert run(*(token if word.startswith("sp1.") else word for word in words)).code == 1
