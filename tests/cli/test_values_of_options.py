"""The values of options: what each takes, what it refuses, and what the command gets of it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, make_event
from steppay_mock.cli.options import address
from steppay_mock.cli.options.access import AccessWords, HeaderType, ProxyType, UserType, access_beside, headers_of
from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.api_faults import ApiFault, ApiFaults, fail_option, hold_option, slow_option
from steppay_mock.cli.options.config_file import OF_EVENTS, parameter_of
from steppay_mock.cli.options.lambda_function import Gateway
from steppay_mock.cli.options.late_by import LateByType
from steppay_mock.cli.options.parameter_types import CurrencyType, EventNameType, MomentType, SecondsType, SetValueType
from steppay_mock.cli.options.receiver import EventNamesType, find_receiver
from steppay_mock.cli.options.served_api import ServedApi, api_token
from steppay_mock.cli.options.shared import EdgeType

LAST = 221_876_927_999  # 9000-12-31T23:59:59Z


def refused(kind: Any, value: str) -> str:
    """The message with which the type refuses the value."""
    with pytest.raises(click.BadParameter) as error:
        kind(value)
    return error.value.message


@pytest.mark.parametrize("kind", [MomentType(), MomentType(of_event=True)])
def test_a_moment_is_a_number_or_a_date_with_a_zone(kind: Any) -> None:
    assert (kind("5"), type(kind("5"))) == (5, int)
    assert (kind("+5."), kind("5.25")) == (5.0, 5.25)
    assert kind("2024-01-31T09:00:00+09:00") == datetime(2024, 1, 31, tzinfo=UTC)
    assert kind("2024-01-31T09:00:00+09:00").tzinfo is UTC
    assert "has no zone. Write 2024-01-31T00:00:00Z for UTC" in refused(kind, "2024-01-31")
    for wrong in ("soon", "5e3", "5.5.5", "", "--5"):
        assert "is no moment" in refused(kind, wrong)
    assert f"'{'x' * 80}' is no moment" in refused(kind, "x" * 81)


def test_the_moment_of_an_event_is_within_the_years_of_events() -> None:
    of_event = MomentType(of_event=True)
    assert (of_event("0"), of_event(str(LAST))) == (0, LAST)
    assert of_event("9000-12-31T23:59:59Z").year == 9000
    for wrong in ("-1", str(LAST + 1), "9001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"):
        assert "is not within the years 1970 to 9000" in refused(of_event, wrong)
        assert MomentType()(wrong) is not None


def test_seconds_are_bounded_as_their_option_says() -> None:
    assert (SecondsType()("0"), SecondsType()("inf"), SecondsType()("1e-9")) == (0, math.inf, 1e-9)
    assert (SecondsType(positive=True)("1e-9"), SecondsType(most=5)("5")) == (1e-9, 5)
    assert "from 0 up" in refused(SecondsType(), "-1e-9")
    for wrong in ("0", "inf", "nan", "-1", "x"):
        assert "above 0" in refused(SecondsType(positive=True), wrong)
    assert refused(SecondsType(most=5), "5.001") == "'5.001' is more than 5 seconds. Write 5 or less."
    for wrong in ("nan", "x", ""):
        assert "from 0 up" in refused(SecondsType(), wrong)


def test_words_of_other_types_are_read() -> None:
    assert (EdgeType()("53-bit"), EdgeType()("64-bit")) == (True, "64-bit")
    assert "'32-bit' is no kind of edge" in refused(EdgeType(), "32-bit")
    assert (LateByType()("90"), LateByType()("10m"), LateByType()("1d")) == (90.0, 600.0, 86_400.0)
    assert "is no time" in refused(LateByType(), "1w")
    assert CurrencyType()("USD") == "USD"
    assert "is no currency code" in refused(CurrencyType(), "usd")
    assert SetValueType()("a=b=c") == ("a", "b=c")
    assert SetValueType()("a=") == ("a", "")
    for wrong in ("=b", "a", ""):
        assert "is not of the form PATH=VALUE" in refused(SetValueType(), wrong)
    assert EventNameType(all="x")("all") == "all"
    assert "There is no event type 'all'" in refused(EventNameType(), "all")
    assert EventNamesType()("order.created, payment.failed") == ("order.created", "payment.failed")
    assert EventNamesType()(("order.created",)) == ("order.created",)
    assert parameter_of("allow_hosts") == "hosts"
    assert [parameter_of(one) for one in OF_EVENTS] == ["body"]


def rule(option: Any, text: str) -> ApiFault:
    """The rule that a command with this option gets for the text."""

    def first(**given: tuple[ApiFault, ...]) -> tuple[ApiFault, ...]:
        return next(iter(given.values()))

    command = click.command()(option(first))
    (one,) = command.main([command.params[0].opts[0], text], standalone_mode=False)
    assert isinstance(one, ApiFault)
    return one


@pytest.mark.parametrize(
    ("option", "text", "match", "number", "times", "retry_after"),
    [
        (fail_option(), "400", "*", 400, None, None),
        (fail_option(), "/a*=599,times=1", "/a*", 599, 1, None),
        (fail_option(), "[ab]=503,retry-after=0,times=999999999", "[ab]", 503, 999_999_999, 0),
        (fail_option(), "?x=503.0", "?x", 503, None, None),
        (slow_option(), "0", "*", 0, None, None),
        (slow_option(), "/a=86400", "/a", 86_400, None, None),
        (slow_option(), "/a=0.25,times=2", "/a", 0.25, 2, None),
        (hold_option(), "/a", "/a", None, None, None),
        (hold_option(), "/a,times=3", "/a", None, 3, None),
        (hold_option(), "60", "*", 60, None, None),
    ],
)
def test_a_rule_of_the_api_is_read(
    *, option: Any, text: str, match: str, number: Any, times: Any, retry_after: Any
) -> None:
    assert rule(option, text) == ApiFault(match=match, number=number, times=times, retry_after=retry_after)


@pytest.mark.parametrize(
    ("option", "text", "wrong"),
    [
        (fail_option(), "399", "'399' is not a status from 400 to 599"),
        (fail_option(), "600", "'600' is not a status from 400 to 599"),
        (fail_option(), "503.5", "'503.5' is not a status"),
        (fail_option(), "/a", "it lacks a status from 400 to 599"),
        (fail_option(), "/a=", "it lacks a status"),
        (fail_option(), "/a=503,times=0", "'times=0' is not times=N with N from 1 up or retry-after=N"),
        (fail_option(), "/a=503,times=1000000000", "'times=1000000000' is not times=N"),
        (fail_option(), "/a=503,times", "'times' is not times=N"),
        (fail_option(), "/a=503,times=1,retry-after=1,times=1", "times is given twice"),
        (fail_option(), "/a=503,retry-after=1,retry-after=1", "retry-after is given twice"),
        (slow_option(), "86400.5", "'86400.5' is not a number of seconds from 0 to 86400"),
        (slow_option(), "/a", "it lacks a number of seconds"),
        (slow_option(), "/a=1,retry-after=1", "'retry-after=1' is not times=N with N from 1 up."),
        (slow_option(), "/a=1234567890", "'1234567890' is not a number of seconds"),
        (slow_option(), "a/b=5", "'a/b' is not a path, which starts with / or a wildcard"),
        (hold_option(), "86401", "'86401' is not a number of seconds"),
        (hold_option(), "x", "'x' is not a path"),
    ],
)
def test_a_wrong_rule_is_told_by_its_wrong_part(option: Any, text: str, wrong: str) -> None:
    with pytest.raises(click.BadParameter) as error:
        rule(option, text)
    assert f"{text!r} is not understood: {wrong}" in error.value.message


class Api:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda **options: self.told.append((name, options))


def test_the_rules_reach_the_api_with_failures_last() -> None:
    plain, numbered = ApiFault(match="*", number=None, times=1), ApiFault(match="/a", number=500.0, times=None)
    api: Any = Api()
    ApiFaults(fail=(numbered, plain), slow=(numbered, plain), hold=(plain, numbered)).apply(api)
    assert api.told == [
        ("slow_down", {"seconds": 500.0, "times": None, "match": "/a"}),
        ("slow_down", {"seconds": 0.0, "times": 1, "match": "*"}),
        ("hold", {"times": 1, "match": "*"}),
        ("hold", {"times": None, "match": "/a", "timeout": 500.0}),
        ("fail", {"status": 500, "times": None, "match": "/a", "retry_after": None}),
        ("fail", {"status": 500, "times": 1, "match": "*", "retry_after": None}),
    ]


def words(**given: Any) -> AccessWords:
    plain: dict[str, Any] = dict.fromkeys(AccessWords.__dataclass_fields__)
    return AccessWords(**{**plain, "headers": (), **given})


def test_what_lets_in_is_repeated_without_its_secrets() -> None:
    given = words(ca_file="a b.pem", client_cert="c.pem", client_key="k.pem", proxy="http://127.0.0.1:1")
    assert given.words == (
        *("--ca-file", "a b.pem", "--client-cert", "c.pem", "--client-key", "k.pem"),
        *("--proxy", "http://127.0.0.1:1"),
    )
    assert list(given.hidden) == []
    hidden = words(headers=(("X-Door", "key"),), auth=("kim", "pw"), proxy="http://kim:pw@127.0.0.1:1")
    assert hidden.words == ()
    assert list(hidden.hidden) == [
        *("--header, or STEPPAY_MOCK_HEADER", "--basic-auth, or STEPPAY_MOCK_BASIC_AUTH"),
        "--proxy, or STEPPAY_MOCK_PROXY",
    ]
    assert list(words().hidden) == []


def test_options_for_access_that_contradict_each_other_are_refused() -> None:
    door = ("AUTHORIZATION", "Bearer x")
    with pytest.raises(click.UsageError, match="both set the header Authorization"):
        words(auth=("kim", "pw"), headers=(door,)).for_entry(None)
    with pytest.raises(click.UsageError, match="Pass --client-cert FILE too"):
        words(client_key="k.pem").for_entry(None)
    assert words(headers=(door,)).for_entry(None) == {"headers": dict([door])}
    assert words(auth=("kim", "pw")).for_entry(None) == {"auth": ("kim", "pw")}
    assert words(client_key="k.pem", client_cert="c.pem").for_entry(None) == {
        "client_key": "k.pem",
        "client_cert": "c.pem",
    }


class Entry:
    """An endpoint of the file with these options for access."""

    def __init__(self, **access: Any) -> None:
        self._access = access

    @property
    def access(self) -> Any:
        return dict(self._access)


def test_what_is_said_counts_more_than_the_file_and_replaces_what_belongs_to_it() -> None:
    headers = {"Authorization": "Bearer f", "X-Door": "f"}
    entry: Any = Entry(auth=("lee", "pw"), client_cert="f.pem", client_key="f.key", headers=headers)
    assert words().for_entry(entry) == entry.access
    assert words(ca_file="c.pem").for_entry(entry) == {**entry.access, "ca_file": "c.pem"}
    assert words(client_key="k.pem").for_entry(entry) == {**entry.access, "client_key": "k.pem"}
    said = words(client_cert="c.pem").for_entry(entry)
    assert (said.get("client_cert"), said.get("client_key")) == ("c.pem", None)
    said = words(auth=("kim", "pw")).for_entry(entry)
    assert (said.get("auth"), said.get("headers")) == (("kim", "pw"), {"X-Door": "f"})
    said = words(headers=(("authorization", "Bearer x"),)).for_entry(entry)
    assert (said.get("auth"), said.get("headers")) == (None, {"authorization": "Bearer x"})
    said = words(headers=(("X-Door", "x"),)).for_entry(entry)
    assert (said.get("auth"), said.get("headers")) == (("lee", "pw"), {"X-Door": "x"})


def test_headers_are_those_of_the_option_else_the_one_of_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert headers_of(()) == {}
    monkeypatch.setenv("STEPPAY_MOCK_HEADER", " X-Door :  key ")
    assert headers_of(()) == {"x-door": "key"}
    assert headers_of((("A", "1"), ("B", "2"))) == {"A": "1", "B": "2"}
    with pytest.raises(click.UsageError, match="The header A is given twice"):
        headers_of((("A", "1"), ("A", "1")))
    monkeypatch.setenv("STEPPAY_MOCK_HEADER", "no colon")
    with pytest.raises(click.UsageError, match="The variable STEPPAY_MOCK_HEADER has no header"):
        headers_of(())
    assert HeaderType()(("A", "1")) == ("A", "1")
    assert UserType()("kim:p:w") == ("kim", "p:w")
    assert UserType()(("kim", "pw")) == ("kim", "pw")
    assert "Write USER:PASSWORD" in refused(UserType(), "kim")
    assert ProxyType()("http://127.0.0.1:3128") == "http://127.0.0.1:3128"
    assert "it may be secret" in refused(ProxyType(), "socks5://127.0.0.1")


def test_credentials_go_to_the_scheme_host_and_port_of_the_receiver_alone() -> None:
    receiver = read_address("http://127.0.0.1:8000", access={"auth": ("kim", "pw"), "headers": {"X-Door": "key"}})
    own = (("x-state", "1"),)
    beside = access_beside(receiver, read_address("http://127.0.0.1:8000/state"), own)
    assert (beside.get("auth"), beside.get("headers")) == (("kim", "pw"), {"x-door": "key", "x-state": "1"})
    for url in ("http://127.0.0.1:8001/state", "https://127.0.0.1:8000/state", "http://localhost:8000/state"):
        elsewhere = access_beside(receiver, read_address(url), own)
        assert (elsewhere.get("auth"), elsewhere.get("headers")) == (None, {"x-state": "1"})
    named = access_beside(receiver, read_address("http://127.0.0.1:8000/state"), (("authorization", "x"),))
    assert (named.get("auth"), named.get("headers")) == (None, {"x-door": "key", "authorization": "x"})
    by_url = access_beside(receiver, read_address("http://lee:pw@127.0.0.1:8000/state"), ())
    assert by_url.get("auth") is None


def test_who_may_be_called_is_asked_once_and_for_all_that_is_strange(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def confirm(question: str, **_options: object) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(address, "at_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    shop = read_address("http://shop.example", access={"proxy": "http://proxy.example:1"})
    here = read_address("http://127.0.0.1:1")
    allowed = read_hosts(["other.example"])
    assert agree(here, allowed) == allowed
    assert asked == []
    assert agree(shop, allowed, count=2, noun="request") == {"shop.example", "proxy.example", "other.example"}
    assert asked.pop() == (
        "shop.example and the proxy proxy.example are not this machine. Are they yours? Send 2 requests to "
        "shop.example through the proxy proxy.example:1?"
    )
    assert agree(read_address("http://shop.example"), allowed) == {"shop.example", "other.example"}
    assert asked.pop() == "shop.example is not this machine. Is it yours? Send webhooks there?"
    assert agree(shop, read_hosts(["shop.example", "proxy.example"])) == {"shop.example", "proxy.example"}
    monkeypatch.setattr(address, "at_terminal", lambda: False)
    with pytest.raises(SteppayMockError, match=r"are not this machine\. .* Are they yours\? Add --allow-host shop.*--"):
        agree(shop, allowed)
    with pytest.raises(SteppayMockError, match=r"Is it yours\? Add --allow-host proxy\.example$"):
        agree(shop, read_hosts(["shop.example"]))
    assert asked == []


def test_a_gateway_is_told_in_words() -> None:
    url = "http://127.0.0.1:9001"
    plain, named = Gateway(kind=None, path=None), Gateway(kind="alb", path="/hooks?token=abcdefgh")
    plain.check()
    named.check()
    assert (list(plain.words), plain.options) == ([], {})
    assert list(named.words) == [("--lambda", "alb"), ("--lambda-path", "/hooks?token=********")]
    assert named.options == {"path": "/hooks?token=abcdefgh"}
    at = named.read(url, access={})
    assert (plain.name_of(at), plain.read(url, access={}).url) == ("", f"{url}/webhooks/steppay")
    assert named.name_of(at).endswith("/invocations behind alb at /hooks?token=********")
    assert Gateway(kind="alb", path=None).name_of(at).endswith(" at /webhooks/steppay")
    assert plain.target(at) == at.url
    assert callable(named.target(at))
    for path in ("hooks", "/a b", "/a#b", "", "/a\n"):
        with pytest.raises(click.UsageError, match="expected a path that begins with /"):
            Gateway(kind="alb", path=path).check()
    with pytest.raises(click.UsageError, match="--lambda-path needs --lambda"):
        Gateway(kind=None, path="/").check()


def test_a_served_api_needs_its_switch_a_token_and_one_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def served(*, switch: bool = True, port: int = 0, token: str | None = "t") -> ServedApi:
        return ServedApi(serve_api=switch, api_port=port, api_token=token)

    served(switch=False, token=None).check(fresh=True)
    served().check(fresh=False)
    for wrong in (served(switch=False), served(switch=False, token=None, port=1)):
        with pytest.raises(click.UsageError, match="need the REST API"):
            wrong.check(fresh=False)
    with pytest.raises(click.UsageError, match="answers for one store"):
        served().check(fresh=True)
    with pytest.raises(click.UsageError, match="No token is given"):
        served(token=None).check(fresh=False)
    assert served(switch=False).words == ()
    assert served(port=5).words == ("--serve-api", "--api-port", "5")
    assert (served(port=5).settled(), served(switch=False).settled()) == (served(port=5), served(switch=False))
    assert served().settled().api_port > 0
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", "of the environment")
    assert api_token("t") == "t"
    for token, told in ((None, "The variable STEPPAY_SECRET_TOKEN is not printable"), (" t", "--token starts or ends")):
        with pytest.raises(click.UsageError, match=told):
            api_token(token)


def test_a_receiver_is_named_once_and_its_types_are_those_that_were_said() -> None:
    found = find_receiver("http://a", endpoint=None, types=(("a", "b"), ("b", "c")), config=None)
    assert (found.url, found.entry, found.types) == ("http://a", None, ("a", "b", "c"))
    assert find_receiver("http://a", endpoint=None, types=(), config=None).types is None
    for url, endpoint, told in (
        ("http://a", "shop", "--endpoint and --to both name the receiver"),
        (None, "shop", "there is no such file"),
        (None, None, "Missing option '--to'"),
    ):
        with pytest.raises(click.UsageError, match=told):
            find_receiver(url, endpoint=endpoint, types=(), config=None)


@given(
    st.lists(
        st.sampled_from(["--edge", "64-bit", "order.created", "7", "--seed=7", "64bits", "--x"]),
        max_size=4,
        unique=True,
    )
)
def test_a_word_after_edge_is_its_value_only_if_it_looks_like_one(words: list[str]) -> None:
    from steppay_mock.cli.options.shared import MakingCommand, making_options

    seen: dict[str, Any] = {}

    @click.command(cls=MakingCommand, context_settings={"ignore_unknown_options": True})
    @click.argument("events", nargs=-1)
    @making_options
    def command(**given: Any) -> None:
        seen.update(given)

    valued = {after for before, after in pairwise(words) if before == "--edge" and after[0] in "67"}
    try:
        command.main(words, standalone_mode=False)
    except click.UsageError:
        assert valued - {"64-bit"}
        return
    assert valued <= {"64-bit"}
    spent = sum(pair == ("--edge", "64-bit") for pair in pairwise(words))
    options = words.count("--edge") + words.count("--seed=7") + spent
    assert len(seen["making"].events) == len(words) - options
    last = max((place for place, word in enumerate(words) if word == "--edge"), default=None)
    expected = None if last is None else "64-bit" if words[last + 1 : last + 2] == ["64-bit"] else True
    assert seen["making"].edge == expected


@pytest.mark.parametrize(
    ("text", "made"),
    [("false", False), ("True", True), ("null", None)],
)
def test_is_test_is_set_to_each_of_its_values(run: Any, text: str, made: Any) -> None:
    done = run("generate", "order.created", "--seed", "7", "--set", f"isTest={text.lower()}")
    assert done.json.get("isTest") == made
    assert done.json == make_event("order.created", seed=7, is_test=made).payload
