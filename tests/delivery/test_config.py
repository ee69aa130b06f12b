"""``steppay-mock.toml`` is found, read, checked and obeyed; what is wrong with it is told, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import EventType, SignatureError, SteppayMockError, make_events, verify
from steppay_mock.contract.catalogue import event_groups
from steppay_mock.contract.schemas import load_schema
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.config import find_config, load_config
from steppay_mock.delivery.options.settings import SenderOptions, read_sender_options
from steppay_mock.delivery.retries import PRESETS
from steppay_mock.delivery.sender.sender import Sender

SHOP = '[[endpoints]]\nname = "shop"\nurl = "http://localhost"\n'
Write = Callable[[str], Path]


class Shop:
    """A receiver that takes what is signed with one of its secrets, and keeps paths and event types."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = secrets
        self.got: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        try:
            verify(request.headers.get("Steppay-Signature"), request.get_data(), list(self.secrets))
        except SignatureError:
            return Response(status=401)(environ, start_response)
        self.got.append((request.path, json.loads(request.get_data())["event"]))
        return Response(status=204)(environ, start_response)


def test_a_sender_of_a_file_sends_as_it_says(
    write_config: Write, serve: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop("whsec_new")
    url = serve(shop)
    monkeypatch.setenv("OLD", "whsec_old")
    monkeypatch.setenv("NEW", "whsec_new")
    monkeypatch.setenv("BASE", url)
    write_config(
        """
        [sender]
        journal = "deliveries.sqlite"
        concurrency = 4
        [[endpoints]]
        name = "shop"
        url = "${BASE}/shop"
        secret = ["${OLD}", "${NEW}"]
        [[endpoints]]
        name = "orders"
        url = "${BASE}"
        secret = "${NEW}"
        events = ["order.created"]
        [[endpoints]]
        name = "off"
        url = "${NOT_SET}"
        enabled = false
        """
    )
    events = make_events(["order.created", "order.updated"], seed=7)
    Sender.from_config().send(events).assert_ok()
    assert sorted(shop.got) == [
        ("/shop", "order.created"),
        ("/shop", "order.updated"),
        ("/webhooks/steppay", "order.created"),
    ]
    assert Path("deliveries.sqlite").is_file()
    shop.got.clear()
    Sender.from_config(endpoint="orders", journal="other.sqlite").send(events).assert_ok()
    assert shop.got == [("/webhooks/steppay", "order.created")]
    assert Path("other.sqlite").is_file()
    assert Sender.from_config().resume() == []


def test_the_nearest_file_upwards_counts(write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_config(SHOP)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find_config() == path
    nearer = tmp_path / "a" / "steppay-mock.toml"
    nearer.write_text(SHOP.replace("shop", "nearer"), encoding="utf-8")
    assert [entry.name for entry in load_config().endpoints] == ["nearer"]
    assert [entry.name for entry in load_config(path).endpoints] == ["shop"]
    (below / "steppay-mock.toml").mkdir()  # a folder is no file
    assert find_config() == nearer


def test_a_folder_that_may_not_be_looked_into_is_passed_over(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(SHOP)
    (tmp_path / "a" / "b").mkdir(parents=True)
    is_file = Path.is_file

    def guarded(self: Path) -> bool:
        if self.parent == tmp_path / "a":
            raise PermissionError
        return is_file(self)

    monkeypatch.setattr(Path, "is_file", guarded)
    assert find_config(tmp_path / "a" / "b") == path


def test_a_journal_stands_beside_the_file_from_wherever_it_is_read(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config('[sender]\njournal = "deliveries.sqlite"')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert load_config().options == {"journal": str(tmp_path / "deliveries.sqlite")}


def test_all_settings_are_those_of_a_sender(write_config: Write) -> None:
    write_config(
        """
        [sender]
        journal = "j.sqlite"
        concurrency = 8
        rate = 50
        timeout = 2.5
        retries = [5, 60]
        success = [200, 204]
        keep_alive = true
        speed = "1d=1s"
        allow_hosts = ["Staging.Example.com"]
        """
    )
    options = load_config().options
    assert options.keys() == SenderOptions.__annotations__.keys() - AccessOptions.__annotations__.keys() - {"clock"}
    settings = read_sender_options(options)
    assert (settings.concurrency, settings.interval, settings.timeout) == (8, 1 / 50, 2.5)
    assert (settings.retries.delays, settings.keep_alive, settings.speed) == ((5, 60), True, 1 / 86_400)
    assert settings.allow_hosts == {"staging.example.com"}
    assert [settings.succeeds(status) for status in (200, 201, 204)] == [True, False, True]


def test_the_schema_knows_what_the_program_knows() -> None:
    schema = load_schema("config.schema.json")
    sender = schema["properties"]["sender"]["properties"]
    assert sender.keys() == SenderOptions.__annotations__.keys() - AccessOptions.__annotations__.keys() - {"clock"}
    assert sender["retries"]["anyOf"][0]["enum"] == list(PRESETS)
    endpoint = schema["properties"]["endpoints"]["items"]["properties"]
    assert endpoint["events"]["items"]["enum"] == [*EventType, *event_groups()]
    assert AccessOptions.__annotations__.keys() - {"auth"} < endpoint.keys()
    for key in (*sender.values(), *endpoint.values()):
        assert key["description"].endswith((".", ")."))
        assert key["examples"]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("${NAME}", "x", "x"),
        ("a-${NAME}-${NAME}", "x", "a-x-x"),
        ("${NAME:-other}", "x", "x"),
        ("${NAME:-other}", None, "other"),
        ("${NAME:-other}", "", "other"),
        ("$${NAME} costs $5", None, "${NAME} costs $5"),
    ],
)
def test_variables_stand_for_their_values(
    text: str, value: str | None, expected: str, write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(SHOP + f'secret = "{text}"')
    if value is None:
        monkeypatch.delenv("NAME", raising=False)
    else:
        monkeypatch.setenv("NAME", value)
    assert load_config().endpoints[0].secrets == (expected,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("whsec_hidden${NAME}", "the environment variable NAME is not set, or empty. Set it, or write a default"),
        ("${whsec-hidden}", "after ${ expected the name of a variable and }. Write ${NAME}"),
        ("${whsec_hidden", "after ${ expected the name of a variable and }."),
        ("${}whsec_hidden", "after ${ expected the name of a variable and }."),
        ("${NAME:-}", "a secret is empty. Write a default that is not empty."),
    ],
)
def test_a_variable_that_cannot_be_had_is_told_when_it_is_needed(text: str, told: str, write_config: Write) -> None:
    path = write_config(SHOP + f'secret = ["whsec_hidden", "{text}"]')
    config = load_config()
    assert "whsec" not in repr(config) + repr(config.endpoints)
    with pytest.raises(SteppayMockError) as error:
        Sender.from_config()
    assert str(error.value).startswith(f"{path}: endpoints[0].secret: ")
    assert told in str(error.value)
    assert "hidden" not in str(error.value)


def test_without_a_secret_that_of_the_environment_signs(write_config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(SHOP)
    with pytest.raises(SteppayMockError, match="variable STEPPAY_WEBHOOK_SECRET is not set"):
        Sender.from_config()
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_test")
    assert load_config().to_endpoints()[0].secret == ("whsec_test",)


FAULTS: list[tuple[str, str, str, str, str]] = [
    ("[sender]\nconcurrency = 0", "sender.concurrency", "the number of deliveries in flight", "0 (a number)", "= 8"),
    ("[sender]\nconcurrency = 8.0", "sender.concurrency", "a whole number", "8.0 (a number)", "concurrency = 8"),
    ('[sender]\nrate = "5"', "sender.rate", "a number from 0.001 up", '"5" (a text)', "rate = 50"),
    ("[sender]\nrate = nan", "sender.rate", "a number from 0.001 up", '"nan"', "rate = 50"),
    ("[sender]\ntimeout = true", "sender.timeout", "seconds", "true (true or false)", "timeout = 10"),
    ('[sender]\nretries = "svixx"', "sender.retries", "the name of a policy", '"svixx"', "Did you mean 'svix'?"),
    ("[sender]\nretries = [-1]", "sender.retries", "a list of seconds", "a list", "retries = [5, 60, 3600]"),
    ("[sender]\nsuccess = [20]", "sender.success[0]", "from 100 to 599", "20 (a number)", "success = [200, 204]"),
    ("[sender]\njournal = 2024-01-01", "sender.journal", "a path", "2024-01-01 (a date or time)", "journal = "),
    ('[sender]\nspeed = "fast"', "sender.speed", "how fast time passes", '"fast"', 'speed = "1d=1s"'),
    ("[sender]\nkeepalive = true", "sender.keepalive", "one of journal", "an unknown key", "'keep_alive'?"),
    ("[sendr]", "sendr", "one of sender, events or endpoints", "an unknown key", "Did you mean 'sender'?"),
    ("sender = 3", "sender", "the settings of the sender", "a number", "Write it like [sender]"),
    ("[endpoints]", "endpoints", "the endpoints", "a table", "Write it like [[endpoints]]"),
    ('endpoints = ["whsec_hidden"]', "endpoints[0]", "an endpoint", "a text", "Write it like [[endpoints]]"),
    (
        '[[endpoints]]\nname = "x"',
        "endpoints[0].url",
        "the URL of the receiver",
        "nothing",
        'Add it: url = "http://127',
    ),
    (SHOP + 'secrets = "whsec_hidden"', "endpoints[0].secrets", "one of name", "an unknown key", "'secret'?"),
    (
        SHOP + 'secret = ["whsec_hidden", 1]',
        "endpoints[0].secret",
        "the secret that signs each request",
        "a list",
        "${STEPPAY",
    ),
    (SHOP + 'events = ["order.creatd"]', "endpoints[0].events[0]", "event types", '"order.creatd"', "order.created"),
    (SHOP + 'enabled = "no"', "endpoints[0].enabled", "true or false", '"no" (a text)', "enabled = false"),
]


@pytest.mark.parametrize(("text", "key", "expected", "came", "step"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_wrong_file_is_told_with_file_key_and_next_step(
    *, text: str, key: str, expected: str, came: str, step: str, write_config: Write
) -> None:
    path = write_config(text)
    with pytest.raises(SteppayMockError) as error:
        load_config()
    first, second, third, fourth = str(error.value).splitlines()
    assert first == f"{path}: {key}"
    assert second.startswith("  expected: ")
    assert expected in second
    assert third.startswith(f"  came:     {came}")
    assert fourth.startswith("  next:     ")
    assert step in fourth
    assert "hidden" not in str(error.value)


def test_all_faults_are_told_at_once(write_config: Write) -> None:
    write_config("[sender]\nrate = 0\ntimeout = 0\n[[endpoints]]\n")
    with pytest.raises(SteppayMockError) as error:
        load_config()
    told = [line.rpartition(" ")[2] for line in str(error.value).splitlines() if not line.startswith(" ")]
    assert sorted(told) == ["endpoints[0].name", "endpoints[0].url", "sender.rate", "sender.timeout"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sender", " is no TOML: "),
        (SHOP + SHOP, ": two endpoints have the name 'shop'. Give each another name."),
    ],
)
def test_what_no_schema_says_is_told_too(text: str, told: str, write_config: Write) -> None:
    path = write_config(text)
    with pytest.raises(SteppayMockError) as error:
        load_config()
    assert str(error.value).startswith(f"{path}{told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[sender]\nspeed = "0d=1s"', "sender.speed: '0d=1s': expected 0, real, or a rate such as 1d=1s."),
        ('[sender]\nallow_hosts = ["http://x"]', "sender.allow_hosts: allow_hosts takes host names without scheme"),
        ('[sender]\njournal = "${NOT_SET}"', "sender.journal: the environment variable NOT_SET is not set"),
        ("", "no endpoint is enabled. Add [[endpoints]]"),
        (SHOP + "enabled = false", "no endpoint is enabled."),
    ],
)
def test_what_is_wrong_with_a_value_is_told_with_its_place(text: str, told: str, write_config: Write) -> None:
    path = write_config(text)
    with pytest.raises(SteppayMockError) as error:
        Sender.from_config()
    assert str(error.value).startswith(f"{path}: {told}")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shp", "has no endpoint 'shp'. Did you mean 'shop'? There are shop or off."),
        ("off", ": endpoints[1]: the endpoint 'off' is not enabled. Set enabled = true there."),
    ],
)
def test_an_endpoint_that_cannot_be_chosen_is_told(name: str, told: str, write_config: Write) -> None:
    write_config(SHOP + '[[endpoints]]\nname = "off"\nurl = "http://localhost/off"\nenabled = false')
    with pytest.raises(SteppayMockError) as error:
        load_config().choose(name)
    assert told in str(error.value)


def test_a_file_that_cannot_be_read_is_told(write_config: Write, tmp_path: Path) -> None:
    with pytest.raises(SteppayMockError, match=r"There is no steppay-mock\.toml in .* or above\. Write one"):
        load_config()
    with pytest.raises(SteppayMockError, match=r"nowhere\.toml cannot be read: No such file or directory\."):
        load_config("nowhere.toml")
    write_config("").write_bytes(b'\xff = "whsec_hidden"')
    with pytest.raises(SteppayMockError, match=r"cannot be read: it is not UTF-8\.") as error:
        load_config(tmp_path / "steppay-mock.toml")
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "hosts", "told"),
    [
        ("https://api.steppay.kr", '["api.steppay.kr"]', "api.steppay.kr belongs to StepPay"),
        ("https://shop.example", "[]", "shop.example is not this machine"),
        ("https://shop.example", '["shop.example"]', None),
    ],
)
def test_a_file_allows_hosts_but_for_those_of_steppay(
    url: str, hosts: str, told: str | None, write_config: Write
) -> None:
    write_config(f'[sender]\nallow_hosts = {hosts}\n[[endpoints]]\nname = "shop"\nurl = "{url}"\nsecret = "x"')
    if told is None:
        assert repr(Sender.from_config()) == "<Sender: shop>"
        return
    with pytest.raises(SteppayMockError, match=told):
        Sender.from_config()
