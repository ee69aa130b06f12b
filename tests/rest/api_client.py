"""Calls of the API as tests make them: as a WSGI application, without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import Client

from steppay_mock.rest.api import StoreApi
from steppay_mock.store.store import Store


@dataclass(frozen=True)
class Told:
    status: int
    data: Any
    headers: Any

    @property
    def message(self) -> str:
        return str(self.data["errorMessage"])


def ask(api: StoreApi, path: str, *, method: str = "GET", token: str | None = "test_token", body: Any = None) -> Told:
    headers = {} if token is None else {"Secret-Token": token}
    sent: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    with Client(api).open(path, method=method, headers=headers, **sent) as answer:
        body = answer.get_data()
        return Told(answer.status_code, json.loads(body) if body else None, answer.headers)


def read(store: Store, path: str) -> Any:
    """What the API of this store answers with 200."""
    answer = ask(StoreApi(store), path)
    assert answer.status == 200, answer.message
    return answer.data
