"""A secret is in no file, no error, no traceback and no repr, whatever the receiver answers."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from delivery.counting import OK, Counting, Got, counting, payloads, status

from steppay_mock import ContractViolation, SteppayMockError
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_T0p-s3cret_비밀"


def forms(secret: str) -> list[bytes]:
    """What would give the secret away."""
    return [secret.encode(), secret.encode("latin-1", "xmlcharrefreplace"), secret.encode("unicode_escape")]


def test_no_secret_is_in_the_files_of_a_journal_not_even_of_a_receiver_that_tells_it(path: Path) -> None:
    secrets = [SECRET, "whsec_second"]
    told = ", ".join(secrets).encode()

    def answer(got: Got) -> bytes:
        if got.id % 2:
            return OK
        return status(500, f"x-secret: {told.decode('latin-1')}", body=b'{"secret": "' + told + b'"}')

    files: dict[str, bytes] = {}

    def keep(_seen: Report | RunProgress) -> None:
        for file in path.parent.iterdir():
            files[file.name] = files.get(file.name, b"") + file.read_bytes()

    with counting(Counting(answer)) as receiver:
        hooks = [Endpoint(url=receiver.url, secret=secrets)]
        sender = Sender(hooks, journal=path, retries=[0])
        report = sender.send(payloads(4), watch=keep)
    keep(report)
    assert files.keys() >= {"journal.sqlite", "journal.sqlite-wal"}
    with Journal(path) as journal:
        bodies = journal.ask("SELECT body, headers FROM attempts WHERE status = 500")
    assert bodies[0][0] == b'{"secret": "********, ********"}'
    assert '"x-secret": "********, ********"' in bodies[0][1]
    shown = [repr(sender), repr(report), str(report), repr(hooks), repr(report.as_dict()), str(report.failures)]
    for secret in secrets:
        for form in forms(secret):
            assert [name for name, content in files.items() if form in content] == []
            assert [one for one in shown if form.decode("utf-8", "replace") in one] == []


@pytest.mark.parametrize(
    "use",
    [
        lambda url, path: Sender(url, secret=SECRET, journal=path, rate=0),
        lambda url, path: Sender(SECRET, secret=url, journal=path),
        lambda url, path: Sender(url.replace("127", "k:@127"), auth=("k", SECRET), journal=path),
        lambda url, path: Sender(url.replace("127", "%0a@127"), secret=SECRET, journal=path),
        lambda url, path: Sender(url, secret=[SECRET, ""], journal=path),
        lambda url, path: Sender(url, secret={SECRET: 1}, journal=path),
        lambda url, path: Sender(Endpoint(url=url, secret=SECRET, events=["order.create"]), journal=path),
        lambda url, path: Sender([Endpoint(url=url, secret=SECRET), Endpoint(url=url, secret=SECRET)], journal=path),
        lambda url, path: Sender(url, secret=SECRET, journal=path.parent).send(payloads(1)),
        lambda url, path: Sender(url, secret=SECRET, journal=path).send(payloads(1), order="x"),  # type: ignore[arg-type]
        lambda url, path: Sender(url, secret=SECRET, journal=path).send(payloads(1), watch=_failing),
        lambda url, path: Sender(url, secret=SECRET, journal=path).resume(),
        lambda url, path: Sender(url, secret=SECRET, journal=path).send(payloads(1)).assert_ok(),
    ],
)
def test_no_secret_is_in_an_error_or_its_traceback(path: Path, use: Callable[[str, Path], object]) -> None:
    with (
        counting(Counting(lambda _got: status(401, body=SECRET.encode()))) as receiver,
        pytest.raises((SteppayMockError, ContractViolation, ZeroDivisionError)) as error,
    ):
        use(receiver.url, path)
    told = "".join(traceback.format_exception(error.value)) + repr(error.value)
    for form in forms(SECRET):
        assert form.decode("utf-8", "replace") not in told


def _failing(_seen: Report | RunProgress) -> None:
    raise ZeroDivisionError("told")
