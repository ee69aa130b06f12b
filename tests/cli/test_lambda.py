"""``--lambda``: what is sent to the runtime of a Lambda function is the event of its gateway."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import pytest
from cli.shop import SEED, Shop
from werkzeug import Request, Response
from werkzeug.test import EnvironBuilder

from steppay_mock import SignatureError, verify

INVOCATION = "/2015-03-31/functions/function/invocations"


@dataclass(slots=True)
class Function:
    """What ``receiver.answer`` may be: the shop as a function behind a runtime, with its routes for tests beside it."""

    secret: str
    shop: Shop
    events: list[Any] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        if request.path in {"/state", "/reset"}:
            return self.shop(request)
        if request.path != INVOCATION:
            return Response("404 page not found", 404)
        return Response(json.dumps(self._invoke(request.get_json())))

    def _invoke(self, event: Any) -> Any:
        self.events.append(event)
        body = event["body"].encode()
        try:
            verify(event["headers"]["steppay-signature"], body, self.secret)
        except SignatureError as error:
            return {"statusCode": 401, "body": error.kind}
        builder = EnvironBuilder(method="POST", data=body, content_type="application/json")
        return {"statusCode": self.shop(builder.get_request(Request)).status_code}


@pytest.fixture
def function(receiver: Any, secret: str) -> Function:
    receiver.answer = Function(secret, Shop())
    return receiver.answer  # type: ignore[no-any-return]


@pytest.fixture
def root(receiver: Any) -> str:
    return str(receiver.url).removesuffix("/webhooks/steppay")


@pytest.mark.parametrize(
    ("kind", "path_in"), [("http-api", "rawPath"), ("function-url", "rawPath"), ("rest-api", "path"), ("alb", "path")]
)
def test_send_makes_the_event_of_the_gateway(
    run: Any, root: str, function: Function, secret: str, *, kind: str, path_in: str
) -> None:
    done = run(
        "send", "--to", root, "all", "--lambda", kind, "--lambda-path", "/hooks/steppay", *SEED, "--secret", secret
    )
    assert done.code == 0, done.out
    assert f"the Lambda runtime {root}{INVOCATION} behind {kind} at /hooks/steppay: 27 x 204" in done.err
    assert {event[path_in] for event in function.events} == {"/hooks/steppay"}


def test_without_a_path_the_event_has_the_usual_one(run: Any, root: str, function: Function, secret: str) -> None:
    url = f"{root}{INVOCATION}"
    assert run("send", "--to", url, "order.created", "--lambda", "alb", "--secret", secret).code == 0
    assert function.events[0]["path"] == "/webhooks/steppay"


def test_a_wrong_secret_and_a_wrong_url_are_told(run: Any, root: str, function: Function) -> None:
    done = run("send", "--to", root, "order.created", "--lambda", "http-api", "--secret", "whsec_wrong")
    assert (done.code, "hint: every answer was 401. Is the secret right?" in done.err) == (1, True)
    done = run("send", "--to", f"{root}/functions", "order.created", "--lambda", "http-api", "--secret", "whsec_wrong")
    assert done.code == 3
    assert "the runtime answered 404: 404 page not found" in done.out
    assert len(function.events) == 1


def test_a_run_may_have_a_journal_and_go_on_without_a_word_about_the_function(
    run: Any, root: str, function: Function, secret: str
) -> None:
    options = ("--lambda", "rest-api", "--lambda-path", "/hooks", "--secret", secret, *SEED)
    more = ("--journal", "j.sqlite", "--concurrency", "4", "--retries", "0", "--keep-alive")
    done = run("send", "--to", root, "order.created", "order.updated", *options, *more)
    assert (done.code, len(function.events)) == (0, 2), done.err
    connection = sqlite3.connect("j.sqlite")
    with connection:
        connection.execute("UPDATE runs SET ended_at = NULL")
        connection.execute("UPDATE deliveries SET state = 'PENDING' WHERE id = 2")
        connection.execute("DELETE FROM attempts WHERE delivery = 2")
    connection.close()
    resumed = run("resume", "--journal", "j.sqlite", "--secret", secret, "--json")
    assert (resumed.code, resumed.json["runs"][0]["succeeded"]) == (0, 2), resumed.err
    assert [event["path"] for event in function.events] == ["/hooks"] * 3


def test_several_functions_of_the_file_get_their_events(
    run: Any, root: str, function: Function, secret: str, write: Any
) -> None:
    one = f'[[endpoints]]\nname = "%s"\nurl = "{root}{INVOCATION}"\nsecret = "{secret}"\n'
    write("steppay-mock.toml", one % "a" + one % "b")
    done = run("send", "order.created", "--lambda", "http-api", "--json")
    assert [outcome["receiver"] for outcome in done.json["outcomes"]] == ["a", "b"]
    assert len(function.events) == 2


def test_a_scenario_is_run(run: Any, root: str, function: Function, secret: str) -> None:
    words = ("scenario", "run", "refund-in-full", "--to", root, "--lambda", "http-api", "--secret", secret)
    assert run(*words).code == 0
    assert len({event["requestContext"]["requestId"] for event in function.events}) == len(function.events) == 6


def test_an_endpoint_of_the_file_may_be_a_runtime(
    run: Any, root: str, function: Function, secret: str, write: Any
) -> None:
    file = f'[[endpoints]]\nname = "fn"\nurl = "{root}{INVOCATION}"\nsecret = "{secret}"\n'
    write("steppay-mock.toml", file)
    assert run("send", "--endpoint", "fn", "order.created", "--lambda", "http-api").code == 0
    assert len(function.events) == 1


def test_explore_finds_and_replay_tells_when_it_is_mended(run: Any, root: str, function: Function, secret: str) -> None:
    function.shop.mended = False
    urls = ("--to", root, "--state-url", f"{root}/state", "--reset-url", f"{root}/reset")
    words = ("--scenario", "customer-registers-and-leaves", "--lambda", "http-api", "--lambda-path", "/hooks", *SEED)
    done = run("explore", *words, *urls, "--secret", secret, "--no-duplicates")
    assert done.code == 1
    (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert "--lambda http-api --lambda-path /hooks" in command
    assert run(*shlex.split(command), "--secret", secret).code == 1
    function.shop.mended = True
    assert run(*shlex.split(command), "--secret", secret).code == 0
    assert {event["rawPath"] for event in function.events} == {"/hooks"}


def test_the_page_of_a_report_shows_no_program_that_would_post_webhooks_to_the_runtime(
    run: Any, root: str, function: Function, secret: str, tmp_path: Any
) -> None:
    function.shop.mended = False
    urls = ("--to", root, "--state-url", f"{root}/state", "--reset-url", f"{root}/reset")
    words = ("--scenario", "customer-registers-and-leaves", "--lambda", "http-api", *SEED, "--report", "found.html")
    assert run("explore", *words, *urls, "--secret", secret, "--no-duplicates").code == 1
    page = (tmp_path / "found.html").read_text(encoding="utf-8")
    assert f"RECEIVER = os.environ.get(&quot;STEPPAY_MOCK_TO&quot;, &quot;{root}" not in page
    assert "from your_app import app" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lambda-path", "/hooks"), "--lambda-path needs --lambda"),
        (("--lambda", "lambda"), "Invalid value for '--lambda'"),
        (("--lambda", "alb", "--lambda-path", "hooks"), "--lambda-path hooks: expected a path that begins with /"),
        (("--lambda", "alb", "--fault", "truncated"), "nor a function of AWS Lambda has one"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    run: Any, root: str, function: Function, secret: str, *, words: tuple[str, ...], told: str
) -> None:
    done = run("send", "--to", root, "order.created", "--secret", secret, *words)
    assert done.code == 2
    assert told in " ".join(done.err.split())
    assert not function.events


@pytest.mark.parametrize("command", ["explore --scenario refund-in-full", "replay sp1.x"])
def test_a_path_without_a_function_is_wrong_usage_of_a_search_too(
    run: Any, root: str, function: Function, secret: str, *, command: str
) -> None:
    urls = ("--to", root, "--state-url", f"{root}/state", "--reset-url", f"{root}/reset")
    for words, told in (
        (("--lambda-path", "/hooks"), "--lambda-path needs --lambda"),
        (("--lambda", "alb", "--lambda-path", "hooks"), "expected a path that begins with /"),
    ):
        done = run(*command.split(), *urls, "--secret", secret, *words)
        assert done.code == 2
        assert told in " ".join(done.err.split())
    assert not function.events


def test_a_secret_in_the_path_is_shown_nowhere(run: Any, root: str, function: Function, secret: str) -> None:
    function.shop.mended = False
    urls = ("--to", root, "--state-url", f"{root}/state", "--reset-url", f"{root}/reset")
    path = "/hooks?token=tok_abcdefgh"
    words = ("--scenario", "customer-registers-and-leaves", "--lambda", "http-api", "--lambda-path", path, *SEED)
    done = run("explore", *words, *urls, "--secret", secret, "--no-duplicates")
    assert done.code == 1
    assert "tok_abcdefgh" not in done.out + done.err
    assert function.events[0]["queryStringParameters"] == {"token": "tok_abcdefgh"}
