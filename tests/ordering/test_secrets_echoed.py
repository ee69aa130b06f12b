"""A receiver that echoes its secret while its orders are explored: no report and no page tells it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from serving import Serve
from werkzeug import Request, Response

from steppay_mock import explore, scenario
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.remote import RemoteError, remote_state
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.secrets import without_secrets
from steppay_mock.rest.api import StoreApi
from steppay_mock.wire.redact import Redaction

SECRET = "whsec_T0p-s3cret"
TOKEN = "token_0f_the_api"


class Careless:
    """Keeps the last status that came, and raises with its secrets where a thing is not known yet."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def reset(self) -> None:
        self.rows.clear()

    def state(self) -> dict[str, Any]:
        return dict(self.rows)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        event = json.loads(Request(environ).get_data())
        name = event["event"].partition(".")[0]
        if not event["event"].endswith("created") and name not in self.rows:
            told = f"{SECRET}, {b64encode(SECRET.encode()).decode()}, {TOKEN}"
            raise LookupError(f"no {name}; settings: {told}")
        self.rows[name] = event["event"]
        return Response(status=204)(environ, start_response)


def shown(found: Exploration) -> str:
    texts = [repr(found), str(found), found.report(), found.as_html(), json.dumps(found.as_dict())]
    try:
        found.assert_ok()
    except AssertionError as error:
        texts.append(str(error))
    return "\n".join(texts)


def test_reports_and_pages_tell_no_secret() -> None:
    story = scenario("subscription-renewal-fails-then-recovers", seed=7)
    receiver = Careless()
    found = explore(
        story,
        receiver,
        state=receiver.state,
        reset=receiver.reset,
        secret=SECRET,
        api=StoreApi(story.store, token=TOKEN),
    )
    told = shown(found)
    assert "LookupError" in told
    assert "********" in told
    assert [one for one in (SECRET, b64encode(SECRET.encode()).decode().rstrip("="), TOKEN) if one in told] == []


@pytest.fixture
def url(serve: Serve) -> str:
    """A server that shows its secrets beside its rows, and answers with what it is asked with."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        told = f"{SECRET} {request.headers.get('Authorization')} {request.args.get('token')}"
        if request.path == "/moved":
            return Response(status=302, headers={"location": f"/x/{told}"})(environ, start_response)
        return Response(json.dumps({"rows": [1], "settings": told}))(environ, start_response)

    return serve(app)


def test_a_state_that_is_read_over_http_has_no_secret(url: str) -> None:
    probe = remote_state(f"{url}/state?token=url-t0ken-42", hide=[SECRET])
    assert probe() == {"rows": [1], "settings": "******** None ********"}


def test_no_error_of_a_probe_tells_a_header_or_a_secret(url: str) -> None:
    probe = remote_state(f"{url}/moved", headers={"Authorization": "Bearer do-not-tell"}, hide=[SECRET])
    with pytest.raises(RemoteError) as caught:
        probe()
    assert "********" in str(caught.value)
    assert "do-not-tell" not in str(caught.value)
    assert SECRET not in str(caught.value)


class Telling:
    """Keeps the last status of each kind, and tells its secret in the way of its name after some deliveries."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.rows: dict[str, Any] = {}
        self.calls = 0

    def tell(self, way: str) -> None:
        self.calls += 1
        if self.way == way and self.calls > 20:
            raise ValueError(f"cannot sign with {SECRET}")

    def reset(self) -> None:
        self.tell("reset")
        self.rows.clear()
        if self.way == "leaves rows" and self.calls > 20:
            self.rows["config"] = {SECRET: SECRET}

    def state(self) -> Any:
        self.tell("state")
        rows = {**self.rows, "seen": {len(self.rows)}}
        if self.way == "unfit" and len(self.rows) > 1:
            return {**rows, SECRET: object()}
        return {**rows, "key": [SECRET, SECRET.encode()]} if self.way == "rows" else rows

    def effects(self) -> list[str]:
        self.tell("effects")
        return [f"mail {SECRET} {len(self.rows)}"] * (self.way == "rows")

    def holds(self, rows: dict[str, Any]) -> None:
        assert self.way != "broken" or len(rows) < 3, f"the key is {SECRET}"
        if self.way == "invariant" and len(rows) > 2:
            raise ValueError(f"cannot sign with {SECRET}")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        event = json.loads(Request(environ).get_data())
        self.rows[event["event"].partition(".")[0]] = event["event"]
        return Response(status=204)(environ, start_response)

    def explored(self) -> Exploration:
        how: dict[str, Any] = {"reset": self.reset, "effects": self.effects, "invariant": self.holds}
        return explore("refund-in-full", self, state=self.state, secret=SECRET, **how)


@pytest.mark.parametrize("way", ["state", "reset", "effects", "invariant", "unfit"])
def test_what_ends_a_search_is_told_without_a_secret(way: str) -> None:
    with pytest.raises(ExplorationError) as raised:
        Telling(way).explored()
    error: BaseException | None = raised.value
    assert "********" in str(error)
    assert str(error).endswith("Correct that, and explore again.")
    assert raised.value.exploration is None or SECRET not in shown(raised.value.exploration)
    chain = []
    while error is not None:
        chain.append(error)
        assert SECRET not in repr(error)
        error = error.__cause__ or error.__context__
    assert len(chain) >= 2


@pytest.mark.parametrize("way", ["rows", "leaves rows", "broken"])
def test_a_state_that_holds_a_secret_is_shown_without_it(way: str) -> None:
    found = Telling(way).explored()
    assert not found.ok
    told = shown(found)
    assert "********" in told
    assert SECRET not in told


def test_states_without_a_secret_stay_what_they_are() -> None:
    form = normalise({"rows": [{"id": 1, "of": {"a", "b"}}], "key": SECRET})
    assert without_secrets(form, Redaction(["another secret"])) is form
    assert without_secrets(form, Redaction()) is form
    masked = normalise({"rows": [{"id": 1, "of": {"a", "b"}}], "key": "********"})
    assert without_secrets(form, Redaction([SECRET])) == masked
