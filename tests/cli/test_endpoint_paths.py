"""The path of a URL, by every way in which a URL comes in: one that is there is used as it is, also where it is /."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import run_command
from serving import served
from werkzeug import Request, Response

from steppay_mock import Endpoint, Sender, SteppayMockError, deliver, make_event
from steppay_mock.ordering.remote import remote_state

EVENT = make_event("order.created", seed=7)


def _deliver(url: str, _folder: Path) -> None:
    deliver([EVENT], to=url)


def _sender(url: str, _folder: Path) -> None:
    Sender(url).send([EVENT])


def _hook(url: str, _folder: Path) -> None:
    Sender([Endpoint(url=url)]).send([EVENT])


def _config(url: str, folder: Path) -> None:
    path = folder / "steppay-mock.toml"
    path.write_text(f'[[endpoints]]\nname = "shop"\nurl = "{url}"\nsecret = "whsec_x"\n', encoding="utf-8")
    Sender.from_config(path).send([EVENT])


def _command(url: str, _folder: Path) -> None:
    run_command("send", "--to", url, "order.created", "--unsigned")


def _journal(url: str, folder: Path) -> None:
    run_command("send", "--to", url, "order.created", "--unsigned", "--journal", str(folder / "one.sqlite"))


def _fault(url: str, _folder: Path) -> None:
    deliver([EVENT], to=url, fault="body-spaced")


def _scenario(url: str, _folder: Path) -> None:
    run_command("scenario", "run", "customer-registers-and-leaves", "--to", url, "--unsigned")


def _explore(url: str, _folder: Path) -> None:
    tested = ("--state-url", url, "--reset-url", url, "--reset-method", "PUT", "--budget", "3")
    run_command("explore", "--scenario", "customer-registers-and-leaves", "--to", url, "--unsigned", *tested)


WAYS: list[Callable[[str, Path], None]] = [
    _deliver,
    _sender,
    _hook,
    _config,
    _command,
    _journal,
    _fault,
    _scenario,
    _explore,
]


class Receiver:
    """Keeps where requests went."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        if request.method == "POST":
            self.seen.add(environ["REQUEST_URI"])
        return Response("{}", mimetype="application/json")(environ, start_response)


@pytest.mark.parametrize(
    ("suffix", "arrives"),
    [("/", "/"), ("/?a=b", "/?a=b"), ("", "/webhooks/steppay"), ("?a=b", "/webhooks/steppay?a=b"), ("/f/", "/f/")],
)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_path_is_used_as_it_is(way: Callable[[str, Path], None], suffix: str, arrives: str, tmp_path: Path) -> None:
    receiver = Receiver()
    with served(receiver) as url:
        way(f"{url}{suffix}", tmp_path)
    assert receiver.seen == {arrives}


def test_a_url_that_ends_in_a_slash_beside_another_path_is_refused() -> None:
    with pytest.raises(SteppayMockError, match=r"it goes to the path /, and path='/hooks' says otherwise"):
        deliver([EVENT], to="http://127.0.0.1:9/", path="/hooks")


def test_a_state_url_without_a_path_is_the_root() -> None:
    with pytest.raises(SteppayMockError, match=r"GET http://127\.0\.0\.1:9/ failed"):
        remote_state("http://127.0.0.1:9")()
