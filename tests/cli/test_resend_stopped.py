"""``resend`` to several receivers that is stopped at one of them sends to no other."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from werkzeug import Request, Response


@pytest.mark.parametrize(("place", "paths"), [("/a", ["/a"]), ("/b", ["/a", "/a", "/b"])])
def test_a_stop_at_one_receiver_leaves_out_the_next(run: Any, receiver: Any, place: str, paths: list[str]) -> None:
    came: list[str] = []
    stopping: list[str] = []

    def answer(request: Request) -> Response:
        came.append(request.path)
        if request.path in stopping:
            os.kill(os.getpid(), signal.SIGINT)
        return Response(status=204)

    receiver.answer = answer
    root = receiver.url.removesuffix("/webhooks/steppay")
    for path in ("/a", "/b", "/c"):
        sent = run("send", "--to", root + path, "order.created", "-n", "2", "--unsigned", "--journal", "j.sqlite")
        assert sent.code == 0
    came.clear()
    stopping.append(place)
    done = run("resend", *map(str, range(1, 7)), "--unsigned", "--journal", "j.sqlite")
    assert (done.code, came) == (130, paths)
    assert "stopped: 1 of 2 have no outcome yet. Go on with:" in done.err
