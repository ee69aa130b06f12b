"""Options of ``check`` that would have no effect, or would write over a file, are refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Receiver, Run
from cli.shop import urls

LONE = [
    (("--state-header", "X-Test: 1"), "--state-header is about the state, and there is no --state-url. Give it too."),
    (("--reset-method", "POST"), "--reset-method is about the reset URL, and there is no --reset-url. Give it too."),
    (("--scenario", "refund-in-full"), "need --state-url and --reset-url. Give both, or leave out --scenario."),
    (("--budget", "12000"), "need --state-url and --reset-url. Give both, or leave out --budget."),
    (
        ("--quick", "--scenario", "refund-in-full"),
        "--scenario is about the searches through orders: --quick makes none",
    ),
    (("--quick", "--budget", "12000"), "--quick makes none. Leave out one of the two."),
]


@pytest.mark.parametrize(("words", "told"), LONE)
def test_an_option_without_the_one_it_is_about_is_refused(
    run: Run, receiver: Receiver, secret: str, words: tuple[str, ...], told: str
) -> None:
    done = run("check", "--to", receiver.url, "--secret", secret, *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in " ".join(done.err.split())


@pytest.mark.parametrize("words", [("--scenario", "refund-in-full"), ("--budget", "500")])
def test_a_quick_card_refuses_what_is_about_searches_with_a_reset_too(
    run: Run, receiver: Receiver, secret: str, words: tuple[str, ...]
) -> None:
    done = run("check", *urls(receiver), "--secret", secret, "--quick", *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert f"{words[0]} is about the searches through orders: --quick makes none" in done.err


@pytest.mark.usefixtures("shop")
def test_what_has_an_effect_is_taken(run: Run, receiver: Receiver, secret: str) -> None:
    words = ("--only", "order", "--events", "payment.*", "--scenario", "refund-in-full", "--budget", "400")
    done = run("check", *urls(receiver), "--secret", secret, *words, "--reset-method", "POST", "--state-header", "X: 1")
    assert done.code in {0, 1}, done.err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards").mkdir()
    return tmp_path


def test_an_unknown_scenario_is_told_with_what_check_has(run: Run, receiver: Receiver, secret: str) -> None:
    done = run("check", *urls(receiver), "--secret", secret, "--scenario", "refund-in-fll")
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    told = " ".join(done.err.split())
    assert "Unknown scenario 'refund-in-fll'. Did you mean 'refund-in-full'? `steppay-mock scenario list` shows" in told
    assert "`check` reads no file of scenarios: install one of your own as a package" in told


@pytest.mark.parametrize("text", ["import flask\n", "[]", '{"findings": 1}', '{"findings": ["x"]}', '{"checks": []}'])
def test_a_baseline_that_is_no_card_is_not_advised_as_a_place_for_one(
    run: Run, receiver: Receiver, folder: Path, text: str
) -> None:
    (folder / "app.py").write_text(text, encoding="utf-8")
    done = run("check", "--to", receiver.url, "--unsigned", "--baseline", "app.py")
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert " ".join(done.err.split()).endswith(
        "app.py is not the JSON of a scorecard. Write one: steppay-mock check ... --json > card.json"
    )
    assert (folder / "app.py").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("other", ["card", "./card", "cards/../card", "linked"])
@pytest.mark.parametrize("is_there", [True, False])
def test_two_outputs_do_not_share_a_file(
    run: Run, receiver: Receiver, folder: Path, other: str, *, is_there: bool
) -> None:
    (folder / "linked").symlink_to("card")
    if is_there:
        (folder / "card").write_text("kept", encoding="utf-8")
    done = run("check", "--to", receiver.url, "--unsigned", "--html", "card", "--junit", other)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert "--html and --junit both write to " in done.err
    assert done.err.endswith("Give each a file of its own.\n")
    assert (folder / "card").exists() is is_there


def test_a_device_may_be_written_to_twice(run: Run, receiver: Receiver) -> None:
    words = ("--only", "rotation", "--html", "/dev/null", "--junit", "/dev/null")
    assert run("check", "--to", receiver.url, "--unsigned", *words).code in {0, 1}


def test_the_baseline_is_not_written_over(run: Run, receiver: Receiver, folder: Path) -> None:
    (folder / "card.json").write_text("{}", encoding="utf-8")
    words = ("--baseline", "card.json", "--sarif", "./card.json")
    done = run("check", "--to", receiver.url, "--unsigned", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("--sarif would write over card.json, which --baseline reads. Name another file.\n")
    assert (folder / "card.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize(
    ("flag", "wanted"),
    [("--html", "card.html"), ("--junit", "card.xml"), ("--sarif", "card.sarif"), ("--badge", "badge.svg")],
)
@pytest.mark.usefixtures("folder")
def test_a_folder_is_no_place_for_a_card(run: Run, receiver: Receiver, flag: str, wanted: str) -> None:
    done = run("check", "--to", receiver.url, "--unsigned", flag, "cards")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"'cards' is a directory. Name a file, such as {Path('cards') / wanted}.\n")


@pytest.mark.usefixtures("folder")
def test_a_folder_that_is_not_there_is_named(run: Run, receiver: Receiver) -> None:
    done = run("check", "--to", receiver.url, "--unsigned", "--html", "nowhere/card.html")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("'nowhere/card.html' cannot be a file: make the folder nowhere, or name another.\n")


@pytest.mark.parametrize("word", ["-x", "--maxfail=1"])
def test_an_option_of_pytest_is_no_test(run: Run, word: str) -> None:
    done = run("check", "--mutate", "shop", f"--mutate-tests={word}")
    assert (done.code, done.out) == (2, "")
    assert f"--mutate-tests {word}: that is an option, and not the path of a test. Name tests, such as" in done.err
