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
from steppay_mock.ordering.remote import RemoteError, remote_state
from steppay_mock.rest.api import StoreApi

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
