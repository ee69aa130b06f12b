"""A receiver that echoes its secret while its orders are explored: no report and no page tells it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response

from steppay_mock import explore, scenario
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.store.api.api import StoreApi

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
