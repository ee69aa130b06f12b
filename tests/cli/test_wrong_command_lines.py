"""No wrong command line is answered with words of Python: an option is named as a shell names it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Receiver, Run
from werkzeug import Request, Response

from steppay_mock import Assumptions, EventType, SteppayMockError, make_events
from steppay_mock.cli.options.scenario import expected_of_assumption
from steppay_mock.cli.program import COMMANDS
from steppay_mock.payload.factory import iter_made
from steppay_mock.payload.options import read_options
from steppay_mock.store.assumptions import read_assumptions

SECRET = "--secret whsec_test"
EXPLORE = "explore --scenario refund-in-full --to URL --state-url URL/state --reset-url URL/reset"

WRONG = [
    "evnets",
    "events order.created",
    "schema",
    "schema payment.complted",
    "schema --all payment.completed",
    "schema --flat",
    "schema envelope --flat",
    "schema --openapi payment.completed",
    "schema --openapi --all",
    "generate",
    "generate payment.completd",
    "generate payment.completed payment.completed",
    "generate payment.completed --url http://localhost",
    "generate payment.completed --count 3",
    "generate payment.completed --edge 64",
    "generate payment.completed --edge=32-bit",
    "generate payment.completed --now yesterday",
    "generate payment.completed --now 99999999999999999999",
    "generate payment.completed --now -5",
    "generate payment.completed --now 2024-01-31T09:00:00",
    "generate payment.completed --set data.order=3",
    "generate payment.completed --set data",
    "generate payment.completed --set data=3",
    "generate payment.completed --set isTest=maybe",
    "generate payment.completed --set timestamp=-1",
    "generate payment.completed --set timestamp=99999999999999999",
    "generate payment.completed --set timestamp=1700000000 --now 1700000000",
    "generate payment.completed --set event=order.created",
    "generate payment.completed --locale xx_YY",
    "generate payment.completed --drift nothing",
    "generate customer.created --drift enum",
    "generate payment.completed --seed x",
    "generate payment.completed -n 0",
    "generate payment.completed -n 99999999999999",
    "generate payment.completed --to http://localhost",
    "generate payment.completed --format curl --to ftp://localhost --unsigned",
    "generate payment.completed --format curl --to http://kim:pw@localhost --unsigned",
    "generate payment.completed --format curl --unsigned --secret x",
    "generate payment.completed --format http --secret x --timestamp -1",
    "validate nothing.json",
    "sign nothing.json --secret x",
    "sign broken.json --secret x --timestamp -1",
    "verify broken.json --secret x --header x",
    "verify broken.json --secret x --header timestamp=1,key=x --tolerance -1",
    "verify broken.json --secret x --header timestamp=1,key=x --now x",
    f"SEND {SECRET} --timeout 0",
    f"SEND {SECRET} --timeout 999999",
    f"SEND {SECRET} --concurrency 0",
    f"SEND {SECRET} --rate 0",
    f"SEND {SECRET} --retries foo",
    f"SEND {SECRET} --success 200,x",
    f"SEND {SECRET} --duplicates 2",
    f"SEND {SECRET} --order backwards",
    f"SEND {SECRET} --fault nothing",
    "SEND --unsigned --fault wrong-secret",
    f"SEND {SECRET} --schedule broken.json",
    f"SEND {SECRET} --journal broken.json",
    f"SEND {SECRET} --config broken.toml",
    f"SEND {SECRET} --header Host:x",
    f"SEND {SECRET} --header X:a --header X:b",
    f"SEND {SECRET} --basic-auth x",
    f"SEND {SECRET} --basic-auth a:b --header Authorization:x",
    f"SEND {SECRET} --ca-file broken.json",
    f"SEND {SECRET} --client-cert broken.json",
    f"SEND {SECRET} --client-key broken.json",
    f"SEND {SECRET} --proxy ftp://localhost",
    f"SEND {SECRET} --allow-host http://x",
    f"SEND {SECRET} --lambda-path /hooks",
    f"SEND {SECRET} --lambda http-api --lambda-path hooks",
    f"SEND {SECRET} --speed fast",
    f"SEND {SECRET} --report report.txt",
    "faults wrong-secret",
    "config --config broken.toml",
    "config --config nothing.toml",
    "log",
    "log --journal nothing.sqlite",
    "log --journal broken.json",
    "log show 0 --journal broken.json",
    f"resend 1 --journal broken.json {SECRET}",
    "resend 1",
    "resend 1 --set timestamp",
    "resend 1 --sandbox localhost:8090",
    "resend 1 --sandbox http://localhost:8090 --journal broken.json",
    "send order.created --sandbox http://localhost:8090 --to http://localhost:1",
    "send order.created --sandbox https://api.steppay.kr",
    f"resume --journal nothing.sqlite {SECRET}",
    "scenario show nothing",
    "scenario show refund-in-ful",
    "scenario show refund-in-full --set x=3",
    "scenario show refund-in-full --set customer_id=x",
    "scenario show refund-in-full --set seed=3",
    "scenario show refund-in-full --set email=a --set email=b",
    "scenario show subscription-renews --set interval=DECADE",
    "scenario show subscription-renews --set renewals=True",
    "scenario show refund-in-full --assume x=3",
    "scenario show refund-in-full --assume notice_days=True",
    "scenario show refund-in-full --assume notice_days=-4",
    "scenario show refund-in-full --assume queue_renewals=3",
    "scenario show refund-in-full --assume step_cover=None",
    "scenario show refund-in-full --assume retry_days=3,2",
    "scenario show refund-in-full --assume cover_messages=5",
    "scenario show refund-in-full --start -99999999999",
    "scenario show refund-in-full --start 253402300700",
    "scenario show refund-in-full --currency won",
    "scenario show refund-in-full --from broken.py",
    f"scenario run refund-in-full {SECRET}",
    f"scenario run refund-in-full --to URL {SECRET} --timeout 0",
    f"{EXPLORE.replace('--scenario refund-in-full', '')} {SECRET}",
    f"{EXPLORE} {SECRET} --scenario nothing",
    f"{EXPLORE.partition(' --reset-url')[0]} {SECRET}",
    f"{EXPLORE}/{{customer_id}} {SECRET} --reset-method GET",
    f"{EXPLORE.partition(' --reset-url')[0]}/{{customer_id}} {SECRET} --reset-method PUT",
    f"{EXPLORE} {SECRET} --report report.xml --junit report.xml",
    f"{EXPLORE} {SECRET} --report .",
    f"{EXPLORE} {SECRET} --state-url URL/{{customer_id}}",
    f"{EXPLORE} {SECRET} --state-url URL/{{custmer_id}}",
    f"{EXPLORE} {SECRET} --ignore $[",
    f"{EXPLORE} {SECRET} --truth nothing.toml",
    f"{EXPLORE} {SECRET} --truth broken.json",
    f"{EXPLORE} {SECRET} --accept 9999",
    f"{EXPLORE} {SECRET} --settle 0",
    f"{EXPLORE} {SECRET} --given 99",
    f"{EXPLORE} {SECRET} --late-by 5x",
    f"{EXPLORE} {SECRET} --independent",
    f"{EXPLORE} {SECRET} --events foo",
    f"{EXPLORE} {SECRET} --events order.created",
    f"{EXPLORE} {SECRET} --api-port 3",
    f"{EXPLORE} {SECRET} --endpoint shop",
    f"{EXPLORE} {SECRET} --state-url URL/page",
    f"{EXPLORE} {SECRET} --state-url URL/gone",
    f"{EXPLORE} {SECRET}",
    f"replay x --to URL --state-url URL/state --reset-url URL/reset {SECRET}",
    "replay",
    "check",
    "check --to URL --reset-url URL/reset",
    "check --to URL --ignore received_at",
    "check --to URL --settle 1",
    "check --to URL --state-url URL/state/{customer_id}",
    "check --to URL --state-header X:a",
    "check --to URL --reset-method PUT",
    "check --to URL --scenario refund-in-full",
    "check --to URL --budget 12000",
    "check --to URL --quick --scenario refund-in-full",
    "check --to URL --quick --budget 12000",
    "check --to URL --only signatures",
    "check --to URL --skip replay/to-old",
    "check --to URL --scenario refund-in-fll",
    "check --to URL --budget 0",
    "check --to URL --baseline nowhere.json",
    "check --to URL --html-lang ko",
    "check --to URL --html card.html --html-lang jp",
    "check --to URL --html nowhere/card.html",
    "check --to URL --html .",
    "check --to URL --html card --junit ./card",
    "check --to URL --html broken.json --baseline broken.json",
    "check --mutate shop --mutate-tests=-x",
    "check --to URL --sarif-location shop.py",
    "check --to URL --sarif card.sarif --sarif-location ../shop.py",
    "check --to URL --baseline broken.json",
    "check --to https://example.com/hook",
    f"check --to URL --state-url URL/page {SECRET}",
    "serve-api",
    "serve-api --token x --fail foo",
    "serve-api --token x --port 99999",
    "dev --port 99999",
    "dev --forward-to https://api.steppay.kr/hook",
    "dev --forward-to https://example.com/hook",
    "dev --order shuffled",
    "dev --forward-to URL --order backwards",
    "dev --forward-to URL --duplicates 2",
    "dev --forward-to URL --retries foo",
    "dev --data broken.json",
    "dev --scenario nothing",
    "dev --set customer_id=1",
    "dev --scenario refund-in-full --set x=3",
    "dev --assume x=3",
    "dev --token 토큰",
    "dev --allow-host http://x",
    "dev --host nowhere.invalid",
    "dev --clock fast",
    "dev --start -99999999999",
    "listen --port 70000",
    "listen --name a/b --port 0",
    "listen --name a/b --data broken.json",
    "listen --answer later",
    "listen --forward-to localhost:3000",
    "listen --forward-to https://example.com/hook",
    "listen --forward-to https://api.steppay.kr/hook",
    "listen --allow-host http://x",
    "listen --timeout 0",
    "listen extra",
    "trigger",
    "trigger cancle",
    "trigger cancel 3",
    "trigger cancel -x 3",
    "trigger cancel --subscription",
    "trigger cancel --subscription 3 --set subscription=4",
    "trigger cancel --set x",
    "trigger advance soon",
    "trigger play",
    "trigger play a b",
    "trigger pay --url localhost:8090",
    "trigger pay --url http://kim:pw@localhost",
    "trigger pay --url https://api.steppay.kr",
]

# An option as Python spells it, with what may stand before one: a word of the vendor's, of HTTP or of TOML is none.
IN_PYTHON = re.compile(r"(?<![^\s('\"`])[a-z][a-z_]*=")
QUOTED = re.compile(
    r"--(?:set|assume|fail) \S+|'[^']*'|Write it like [^\n]*"
    r"|Pass the header's value unchanged[^\n]*|name=value pairs|charset=\S+"  # a signature's form, and HTTP's
)
WORDS = re.compile(r"\b(?:True|False|None|load_scenarios|lambda_app|deliver_async)\b|\w\(\)")


def python_in(text: str, line: str) -> Iterator[str]:
    """What of a message is Python, apart from the words that the user typed."""
    rest = QUOTED.sub(" ", text)
    for word in sorted(shlex.split(line), key=len, reverse=True):
        rest = rest.replace(word, " ") if len(word) > 2 else rest
    yield from IN_PYTHON.findall(rest)
    yield from WORDS.findall(rest)
    yield from re.findall("Traceback|itself failed", text)


@pytest.fixture
def url(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A receiver with a state that never changes, and the broken files that the command lines name."""
    monkeypatch.chdir(tmp_path)
    files = {"broken.json": "{no json", "broken.toml": "[sender]\ntimeout = 0\n", "broken.py": "import nothing_here\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def answer(request: Request) -> Response:
        if request.path == "/page":
            return Response("<p>maintenance</p>")
        return Response('{"rows": []}', status=404 if request.path == "/gone" else 200)

    receiver.answer = answer
    return receiver.url.removesuffix("/webhooks/steppay")


@pytest.mark.parametrize("line", WRONG)
def test_no_word_of_python_comes_back(line: str, url: str, run: Run) -> None:
    typed = line.replace("SEND", "send URL payment.completed").replace("URL", url)
    done = run(*shlex.split(typed))
    assert done.code in {1, 2}, done.err
    assert done.err
    assert list(python_in(done.err, typed)) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("generate order.created --url http://localhost", "No such option '--url'. Did you mean '--to'?"),
        ("generate order.created --count 3", "No such option '--count'. Did you mean '-n'?"),
        ("generate order.created --repeat 3", "No such option '--repeat'. Did you mean '-n'?"),
        ("generate order.created --edge 64", "'64' is no kind of edge. Write --edge, or --edge 64-bit."),
        ("generate --edge 64bit order.created", "'64bit' is no kind of edge. Write --edge, or --edge 64-bit."),
        ("generate order.created --now 253370764800", "is not within the years 1970 to 9000. Write seconds"),
        ("generate order.created --set timestamp=253370764800", "is not within the years 1970 to 9000. Write seconds"),
        ("generate order.created -n 1000000001", "1000000001 is not in the range 1<=x<=1000000000."),
        ("scenario show nothing", "Unknown scenario 'nothing'. `steppay-mock scenario list` shows all "),
    ],
)
def test_the_way_out_is_told(line: str, told: str, run: Run) -> None:
    done = run(*line.split())
    assert done.code == 2
    assert told in " ".join(done.err.split())


def test_the_bounds_of_the_command_line_are_those_of_the_library(run: Run) -> None:
    last = 221876927999  # 9000-12-31T23:59:59Z
    assert run("generate", "order.created", "--seed", "1", "--now", str(last)).code == 0
    assert run("generate", "order.created", "--seed", "1", "--now", str(last + 1)).code == 2
    assert run("generate", "order.created", "--seed", "1", "--now", "0").code == 0
    with pytest.raises(SteppayMockError):
        make_events("order.created", n=1_000_000_001)
    assert (
        next(iter_made([EventType.ORDER_CREATED], read_options({"seed": 1}), n=1_000_000_000)).type == "order.created"
    )


@pytest.mark.parametrize("name", Assumptions.__dataclass_fields__)
def test_what_an_assumption_takes_is_told_by_its_bounds(name: str) -> None:
    expected = expected_of_assumption(name)
    right: list[Any]
    wrong: list[Any]
    if expected == "true or false":
        right, wrong = [True, False], [0, 1, "true"]
    elif found := re.search(r"a whole number from (\d+) to (\d+)", expected):
        least, most = int(found[1]), int(found[2])
        right, wrong = [least, most], [least - 1, most + 1, "x"]
        (right if "or none" in expected else wrong).append(None)
    elif name == "cover_days":
        right, wrong = [(1, 3, 5), (1, 3650), 3], [(0, 1), (3, 2), (1, 3651), 0]
    elif found := re.search(r" in rising order, from 1 to (\d+)", expected):
        most = int(found[1])
        right, wrong = [(1, 3, 5), (1, most)], [(0, 1), (3, 2), (1, most + 1)]
    else:
        right, wrong = re.findall(r"\w+(?=,| or|$)", expected), ["x", None]
    for value in right:
        read_assumptions({name: value})
    for value in wrong:
        with pytest.raises(SteppayMockError):
            read_assumptions({name: value})


def test_there_are_wrong_lines_for_every_command() -> None:
    assert {line.replace("SEND", "send").split()[0] for line in WRONG} - {"evnets"} == {*COMMANDS}
    assert len(WRONG) == len({*WRONG})


@pytest.mark.parametrize(
    "message",
    [
        "Error: now=5 is not within the years.",
        "Error: the probe (state=) raised.",
        "Error: Use `drift='field'`.",
        "Error: It is neither True nor False.",
        "Error: Deliver to what lambda_app() gives.",
        "Traceback (most recent call last):",
    ],
)
def test_python_is_found(message: str) -> None:
    assert list(python_in(message, "generate all"))


@pytest.mark.parametrize(
    "message",
    [
        "Error: --set timestamp=-1 is not within the years 1970 to 9000.",
        "Error: --assume notice_days=True: expected a whole number.",
        "next: Write it like timeout = 10",
        "GET http://127.0.0.1/state?token=x answered 404.",
        "Error: 'data=' is no path.",
    ],
)
def test_other_words_are_not(message: str) -> None:
    assert not list(python_in(message, "generate all"))
