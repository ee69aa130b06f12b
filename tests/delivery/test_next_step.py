"""A receiver that runs is not said to be down: what has no answer is told with its own cause, whoever sends."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock import ContractViolation, Sender, deliver
from steppay_mock.ordering.remote import RemoteError, remote_state

CLOSED = "Something listens there, and ended the connection without a whole HTTP answer."
UNTRUSTED = "The receiver runs, and its certificate is not trusted."


def steps(url: str, payloads: Callable[[int], Any], **options: Any) -> list[str]:
    """What ``deliver`` and a sender say is to be done next."""
    found = []
    for result in (deliver(payloads(2), to=url, **options), Sender(url, **options).send(payloads(2))):
        with pytest.raises(ContractViolation) as caught:
            result.assert_ok()
        found.append(str(caught.value.next_step))
    return found


def close(connection: socket.socket) -> None:
    connection.recv(65536)


def answering(status: int) -> Callable[[Any, Any], list[bytes]]:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(f"{status} Said", [("Location", "/there")] if status < 400 else [])
        return []

    return app


def test_a_connection_that_is_closed_without_an_answer(serve_raw: Any, payloads: Any) -> None:
    for step in steps(serve_raw(close), payloads):
        assert step.startswith(CLOSED)


def test_https_where_the_port_does_not_speak_tls(serve: Any, payloads: Any) -> None:
    for step in steps(serve(answering(204)).replace("http:", "https:"), payloads):
        assert "https where it does not?" in step


def test_a_certificate_of_an_authority_of_ones_own(serve_tls: Any, payloads: Any) -> None:
    for step in steps(serve_tls(answering(204)), payloads):
        assert step.startswith(UNTRUSTED)
        assert "SSL_CERT_FILE" in step


def test_a_name_that_leads_nowhere(payloads: Any) -> None:
    for step in steps("http://receiver.invalid", payloads, allow_hosts=["receiver.invalid"]):
        assert step.startswith("The name of the host leads to no address")


@pytest.mark.parametrize("status", [301, 413, 415, 429, 502, 504])
def test_a_sender_says_of_a_status_what_deliver_says(serve: Any, payloads: Any, status: int) -> None:
    of_deliver, of_sender = steps(serve(answering(status)), payloads)
    if status == 301:
        assert "Give the address it points to" in of_deliver
        assert "Give the address it points to" in of_sender
    else:
        assert of_deliver == of_sender


def test_a_sender_to_nobody_says_to_start_the_receiver(closed_url: str, payloads: Any) -> None:
    assert steps(closed_url, payloads)[1].startswith("Start the receiver, or correct to=.")


def test_a_sender_whose_receiver_is_late(serve_raw: Any, payloads: Any) -> None:
    def hang(connection: socket.socket) -> None:
        while connection.recv(65536):
            continue

    assert "answer first and work later" in steps(serve_raw(hang), payloads, timeout=0.1)[1]


def test_a_journal_is_named_where_there_is_one(serve: Any, payloads: Any, tmp_path: Any) -> None:
    report = Sender(serve(answering(413)), journal=str(tmp_path / "j.sqlite")).send(payloads(1))
    with pytest.raises(ContractViolation, match="The journal has every answer"):
        report.assert_ok()


def test_a_state_url_that_closes_or_is_not_trusted(serve_raw: Any, serve_tls: Any) -> None:
    for url, told in ((serve_raw(close), CLOSED), (serve_tls(answering(200)), UNTRUSTED)):
        with pytest.raises(RemoteError, match=told.split(",", maxsplit=1)[0]) as caught:
            remote_state(url)()
        assert "?." not in str(caught.value)
