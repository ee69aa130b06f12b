"""A user of Locust delivers as StepPay does, repeats what its seed says, and goes only where it may."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import Counting, Got, counting, status
from delivery.doors import AUTHORITY, BOTH, gateway, over_tls
from delivery.engines import read_request
from delivery.swarm import swarm
from delivery.wiretap import ServeRaw
from werkzeug import Response

from steppay_mock import verify
from steppay_mock.delivery.load import iter_load, read_mix, seed_of_user
from steppay_mock.wire.headers import request_headers

pytestmark = pytest.mark.extra("locust")

SECRET = "whsec_of_the_load"
CLOSED = "Remote end closed connection without response"
LOST = "connection refused: nothing listens at 127.0.0.1:1"


def expected(worker: int, number: int, count: int) -> list[tuple[str, bytes]]:
    """The trace id and the body of each delivery of a user of the class Shop with seed 7 and two event types."""
    seed = seed_of_user(7, kind="Shop", worker=worker, number=number)
    load = iter_load(read_mix(["order.created", "payment.completed"], ()).make, seed=seed, order="shuffled")
    return [
        (request_headers(b"", trace_seed=(seed << 32) + at)["x-b3-traceid"], event.body)
        for at, event in enumerate(islice(load, count))
    ]


def received(got: list[Got]) -> list[tuple[str, bytes]]:
    return [(re.findall(rb"x-b3-traceid: (\w+)", one.head)[0].decode(), one.body) for one in got]


def test_users_send_what_their_seeds_say_signed_now_and_the_same_when_a_test_begins_again() -> None:
    with counting(Counting()) as receiver:
        told = swarm(
            """
            class Shop(StepPayUser):
                host, secret = sys.argv[1:]
                events, order, seed, limit = ("order.created", "payment.completed"), "shuffled", 7, 5

            run(Shop, users=2, environment=run(Shop, users=2))
            """,
            receiver.url,
            SECRET,
        )
    for one in receiver.got:
        verify(one.signature, one.body, SECRET)
    got = received(receiver.got)
    for run in (got[:10], got[10:]):
        for number in range(2):
            own = expected(0, number, 5)
            assert [one for one in run if one in own] == own
    types = Counter(re.findall(rb'"event": "([^"]+)"', one.body)[0].decode() for one in receiver.got[10:])
    assert told["rows"] == types
    assert sum(types.values()) == 10
    assert told["errors"] == []


def test_a_copy_is_signed_at_a_second_of_its_own() -> None:
    with counting(Counting()) as receiver:
        swarm(
            """
            class Shop(StepPayUser):
                host, secret = sys.argv[1:]
                events, duplicates, limit = "payment.completed", 1.0, 20

            run(Shop)
            """,
            receiver.url,
            SECRET,
        )
    for one in receiver.got:
        verify(one.signature, one.body, SECRET)
    assert len({one.body for one in receiver.got}) == 10
    assert len({one.signature for one in receiver.got}) == 20


@pytest.mark.parametrize("keep_alive", [False, True], ids=["close", "keep-alive"])
def test_the_very_bytes_and_the_connections(serve_raw: ServeRaw, *, keep_alive: bool) -> None:
    connections: list[list[bytes]] = []

    def handle(connection: socket.socket) -> None:
        connections.append([])
        while True:
            connections[-1].append(read_request(connection))
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    url = serve_raw(handle)
    swarm(
        f"""
        class Shop(StepPayUser):
            host, events, limit, keep_alive = sys.argv[1], "order.created", 3, {keep_alive}

        run(Shop)
        """,
        url,
        HTTP_PROXY="http://127.0.0.1:1",
        http_proxy="http://127.0.0.1:1",
    )
    assert [len(one) for one in connections if one] == ([3] if keep_alive else [1, 1, 1])
    head, _, body = connections[0][0].partition(b"\r\n\r\n")
    seed = seed_of_user(0, kind="Shop", worker=0, number=0)
    headers = {
        "host": url.removeprefix("http://"),
        "connection": "keep-alive" if keep_alive else "close",
        **request_headers(body, trace_seed=seed << 32),
    }
    lines = ["POST /webhooks/steppay HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    assert head.decode().split("\r\n") == lines


def test_what_is_no_success_is_a_failure_in_few_words_and_no_redirect_is_followed() -> None:
    server_error = status(500, body=b"at 12:00:01")
    answers = [status(204), server_error, status(302, "location: /elsewhere"), b"no HTTP", b"", server_error]
    with counting(Counting(answer=lambda _got: answers[len(receiver.got) - 1])) as receiver:
        told = swarm(
            """
            class Shop(StepPayUser):
                host, events, limit = sys.argv[1], "order.created", 5

            class Lenient(Shop):
                success, limit = [500], 1

            class Lost(Shop):
                host, limit = "http://127.0.0.1:1", 1

            for kind in (Shop, Lenient, Lost):
                run(kind)
            """,
            receiver.url,
        )
    assert [one.head.split()[1] for one in receiver.got] == [b"/hook"] * 6
    failures = (
        "answered 500",
        "answered 302",
        "no whole HTTP answer: no HTTP",
        f"no whole HTTP answer: {CLOSED}",
        LOST,
    )
    assert told["errors"] == [f"POST order.created: {failure}" for failure in failures]


def test_a_receiver_that_answers_with_the_secret_gets_it_into_nothing_that_locust_keeps_or_tells() -> None:
    answers = [status(500, f"x-secret: {SECRET}", body=SECRET.encode()), SECRET.encode()]
    with counting(Counting(answer=lambda _got: answers[len(receiver.got) - 1])) as receiver:
        told = swarm(
            """
            from locust.html import get_html_report

            class Shop(StepPayUser):
                host, secret = sys.argv[1:]
                events, limit = "order.created", 2

            environment = run(Shop)
            shown.append(get_html_report(environment))
            shown.append(repr([environment.stats.serialize_stats(), environment.stats.serialize_errors()]))
            shown.append(repr([Shop.json(), vars(Shop(environment))]))
            """,
            receiver.url,
            SECRET,
        )
    assert "x-secret" in told["shown"][0]
    assert "no whole HTTP answer: ********" in told["shown"][1]
    assert [one for one in told["shown"] if SECRET in one] == []


def test_rounds_may_be_the_user_s_own_and_the_users_rest_after_their_last_delivery() -> None:
    with counting(Counting()) as receiver:
        told = swarm(
            """
            from steppay_mock import make_event

            class Shop(StepPayUser):
                host, limit = sys.argv[1], 3

                def make_round(self, seed):
                    return make_event("customer.updated", seed=seed, data={"name": "Kim"})

            environment = run(Shop)
            user = Shop(environment)
            for _ in range(5):
                user.deliver()
            told["rests"] = user.wait_time()
            """,
            receiver.url,
        )
    assert len(receiver.got) == 6
    assert all(b'"name": "Kim"' in one.body for one in receiver.got)
    assert told["rests"] == 3600


def test_https_is_verified_and_all_users_share_what_that_takes(serve_tls: Callable[[Any], str]) -> None:
    certificate = Path(__file__).with_name("localhost.pem")
    url = serve_tls(Response(status=204)).replace("127.0.0.1", "localhost")
    script = """
        class Shop(StepPayUser):
            host, events, limit = sys.argv[1], "order.created", 1

        environment = run(Shop, users=2)
        users = [Shop(environment), Shop(environment)]
        told["shared"] = users[0]._transport._tls is users[1]._transport._tls
        """
    assert swarm(script, url, SSL_CERT_FILE=str(certificate))["errors"] == []
    told = swarm(script, url)
    assert told["shared"]
    assert "CERTIFICATE_VERIFY_FAILED" in told["errors"][0]


def test_users_get_through_the_door_in_front_of_the_receiver() -> None:
    with over_tls(Response(status=204)) as url, gateway("lee:of-the-proxy") as proxy:
        through = proxy.url.replace("://", "://lee:of-the-proxy@")
        told = swarm(
            """
            class Shop(StepPayUser):
                host, events, limit = sys.argv[1].replace("://", "://kim:hunter2@"), "order.created", 1
                headers = {"X-Door": "key-of-the-door"}
                ca_file, client_cert, proxy = sys.argv[2:5]

            environment = run(Shop)
            told["shown"] = repr(environment.stats.serialize_errors()) + Shop(environment)._transport.target
            """,
            url,
            AUTHORITY,
            BOTH,
            through,
        )
    assert (told["errors"], len(proxy.heads)) == ([], 1)
    assert "hunter2" not in told["shown"]


WRONG = {
    "host = 'https://api.steppay.kr'; allow_hosts = ['api.steppay.kr']": "api.steppay.kr belongs to StepPay",
    "host = 'http://staging.example.com'": "Allow it: allow_hosts=['staging.example.com']",
    "host = 'http://kim:whsec_of_the_load@localhost'; auth = ('kim', 'whsec_other')": "A password is given twice",
    "headers = {'Host': 'whsec_of_the_load'}": "The header host says how a request is carried",
    "host = '127.0.0.1:8000'": "it begins with neither http:// nor https://",
    "host = None": "Shop has no receiver. Give its URL: host = 'http://127.0.0.1:8000', or --host",
    "secret = ''": "A secret is text that is not empty",
    "events = 'order.creatd'": "Did you mean 'order.created'?",
    "scenarios = ['refund-in-ful']": "Did you mean 'refund-in-full'?",
    "order = 'shufled'": "Did you mean 'shuffled'?",
    "duplicates = 2": "duplicates=2: expected a number from 0 to 1.",
    "seed = None": "seed=None is neither a whole number nor text",
    "limit = 0": "limit=0 is no number of deliveries. Give one from 1 up, or None.",
    "limit = True": "limit=True is no number of deliveries",
    "path = 'hook'": "path begins with /",
    "timeout = 0": "timeout=0: expected seconds, more than 0 and at most 86400.",
    "success = ['200']": "success=['200']: expected a list of statuses from 100 to 599.",
    "keep_alive = 1": "keep_alive=1: expected True or False.",
    "allow_hosts = ['http://localhost']": "allow_hosts takes host names",
}


def test_a_wrong_attribute_is_refused_before_anything_is_sent_and_names_the_next_step() -> None:
    told = swarm(
        """
        from steppay_mock import SteppayMockError

        for wrong in json.loads(sys.argv[1]):
            namespace = {"StepPayUser": StepPayUser}
            exec(f"class Shop(StepPayUser):\\n    host = 'http://127.0.0.1:1'; {wrong}", namespace)
            try:
                namespace["Shop"](Environment(events=locust.events))
            except SteppayMockError as error:
                told["errors"].append(str(error))
        """,
        json.dumps(list(WRONG)),
    )
    assert len(told["errors"]) == len(WRONG)
    for message, part in zip(told["errors"], WRONG.values(), strict=True):
        assert part in message
        assert SECRET not in message


@pytest.mark.parametrize("role", [[], ["--master", "--master-bind-host", "127.0.0.1", "--expect-workers", "2"]])
def test_the_command_ends_at_once_with_2_and_no_traceback_where_a_class_is_wrong(
    role: list[str], tmp_path: Path, free_port: int
) -> None:
    (tmp_path / "locustfile.py").write_text(
        "from steppay_mock.delivery.locust import StepPayUser\n\nclass Shop(StepPayUser): ...\n", encoding="utf-8"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "locust", "--headless", "--host", "https://api.steppay.kr"),
            *(role and [*role, "--master-bind-port", str(free_port)]),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "Shop: api.steppay.kr belongs to StepPay: nothing is ever sent there, allowed or not." in done.stderr
    assert "Traceback" not in done.stderr
