"""An address, its proxy and its access: what is written where, what is secret, and what another host is not told."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.delivery.address.access import (
    NO_ACCESS,
    Access,
    asks_for_certificate,
    read_access,
    secrets_of_access,
    untrusted,
    with_user,
)
from steppay_mock.delivery.address.access_headers import read_headers, secrets_of
from steppay_mock.delivery.address.address import Address, check_path, parse_address
from steppay_mock.delivery.address.proxy import Proxy, read_proxy
from steppay_mock.delivery.address.safety import is_this_machine, name_to_look_up, normal_host


def address_of(url: str, *, path: str = "/webhooks/steppay", **options: Any) -> Address:
    return parse_address(url, path=path, allowed=frozenset({"shop.test"}), access=read_access(options))


# Addresses.


@pytest.mark.parametrize(
    ("url", "authority", "port"),
    [
        ("http://localhost", "localhost", 80),
        ("http://localhost:80", "localhost", 80),
        ("http://localhost:443", "localhost:443", 443),
        ("https://localhost", "localhost", 443),
        ("https://localhost:443", "localhost", 443),
        ("https://localhost:80", "localhost:80", 80),
        ("http://[::1]", "[::1]", 80),
        ("http://[::1]:8000", "[::1]:8000", 8000),
        ("http://LOCALHOST.:1", "localhost:1", 1),
    ],
)
def test_a_port_is_written_where_it_is_not_that_of_the_scheme(url: str, authority: str, port: int) -> None:
    address = address_of(url)
    assert (address.authority, address.port) == (authority, port)
    assert address.url == f"{url.partition(':')[0]}://{authority}/webhooks/steppay"
    assert address.head == {"host": authority}
    assert str(address) == address.url


@pytest.mark.parametrize(
    ("url", "path", "target"),
    [
        ("http://localhost", "/hook", "/hook"),
        ("http://localhost?a=1", "/hook", "/hook?a=1"),
        ("http://localhost?a=1", "/hook?b=2", "/hook?b=2&a=1"),
        ("http://localhost/own", "/hook", "/own"),
        ("http://localhost/own?a=1", "/hook?b=2", "/own?a=1"),
        ("http://localhost/", "/", "/"),
        ("http://localhost/", "/webhooks/steppay", "/"),
        ("http://localhost/웹?a=훅", "/hook", "/%EC%9B%B9?a=%ED%9B%85"),
        ("http://localhost/a%20b", "/hook", "/a%20b"),
        ("http://localhost/!$&'()*+,:;=@~-._", "/hook", "/!$&'()*+,:;=@~-._"),
    ],
)
def test_a_target_is_the_path_of_the_url_or_the_one_that_is_given(url: str, path: str, target: str) -> None:
    assert address_of(url, path=path).target == target


def test_a_slash_at_the_end_and_another_path_contradict_each_other() -> None:
    with pytest.raises(SteppayMockError, match="it goes to the path /, and path='/hook' says otherwise"):
        address_of("http://localhost/", path="/hook")


def test_only_scheme_host_and_port_together_are_beside() -> None:
    here = address_of("http://localhost:8000/a")
    for url, beside in (
        ("http://localhost:8000/b?c", True),
        ("https://localhost:8000/a", False),
        ("http://localhost:8001/a", False),
        ("http://127.0.0.1:8000/a", False),
    ):
        assert here.is_beside(address_of(url)) == beside


def test_only_a_proxy_without_a_tunnel_is_asked_for_the_whole_url() -> None:
    proxy = {"proxy": "http://127.0.0.1:3128"}
    for url, options, requested in (
        ("http://localhost/a?b", {}, "/a?b"),
        ("http://localhost/a?b", proxy, "http://localhost/a?b"),
        ("https://localhost/a?b", {}, "/a?b"),
        ("https://localhost/a?b", proxy, "/a?b"),
    ):
        assert address_of(url, **options).requested == requested


def test_a_secret_in_the_query_is_struck_out_of_what_is_shown() -> None:
    address = address_of("http://localhost/a?token=s3cret-words&n=1", headers={"X-Door": "k"})
    assert address.secrets == ("s3cret-words", "k")
    assert "s3cret-words" in address.url
    assert "s3cret" not in f"{address} {address!r}"
    assert address.head == {"host": "localhost", "x-door": "k"}


@pytest.mark.parametrize("path", [None, 5, "", "hook", "/a b", "/a\tb", "/a#b", "/a\u200b"])
def test_what_a_request_line_cannot_have_is_no_path(path: object) -> None:
    with pytest.raises(SteppayMockError, match="path begins with / and has no white space and no #, unlike"):
        check_path(path)


def test_a_path_is_written_in_ascii() -> None:
    assert check_path("/웹훅/a?b=c") == "/%EC%9B%B9%ED%9B%85/a?b=c"


def test_names_below_localhost_are_looked_up_as_this_machine() -> None:
    for host, this, looked_up in (
        ("localhost", True, "localhost"),
        ("shop.localhost", True, "localhost"),
        ("localhost.test", False, "localhost.test"),
        ("127.9.9.9", True, "127.9.9.9"),
        ("128.0.0.1", False, "128.0.0.1"),
        ("::1", True, "::1"),
        ("::2", False, "::2"),
    ):
        assert (is_this_machine(host), name_to_look_up(host)) == (this, looked_up)
    assert normal_host("[::FFFF:127.0.0.1]") == "127.0.0.1"
    for wrong in ("", ".", "a..b", "a b", "-.\u3002"):
        with pytest.raises(ValueError):  # noqa: PT011 - of the text, or of the codec of names
            normal_host(wrong)


# Proxies.


@pytest.mark.parametrize(
    ("given", "authority", "user"),
    [
        ("127.0.0.1", "127.0.0.1:1080", ("", "")),
        ("http://127.0.0.1:3128/", "127.0.0.1:3128", ("", "")),
        ("http://[::1]:0", "[::1]:0", ("", "")),
        ("http://lee:p%40ss@LOCALHOST", "localhost:1080", ("lee", "p@ss")),
        ("lee@localhost", "localhost:1080", ("lee", "")),
        ("http://:pass@localhost", "localhost:1080", ("", "pass")),
    ],
)
def test_a_proxy_has_a_place_and_perhaps_a_user(given: str, authority: str, user: tuple[str, str]) -> None:
    proxy = read_proxy(given)
    assert proxy is not None
    assert (proxy.authority, str(proxy), (proxy.user, proxy.password)) == (authority, authority, user)
    written = b64encode(":".join(user).encode()).decode()
    assert proxy.authorization == (f"Basic {written}" if any(user) else "")
    assert read_proxy(None) is None
    assert proxy.password == "" or proxy.password not in repr(proxy)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"localhost", "not bytes"),
        ("", "its host or its port cannot be read"),
        ("http://localhost:x", "its host or its port cannot be read"),
        ("https://localhost", "it begins with http://; TLS to the proxy itself, and SOCKS, are not supported"),
        ("http://localhost/a", "it has no path"),
        ("http://localhost?a", "it has no path"),
        ("http://localhost#a", "it has no path"),
        ("http://a%0Ab@localhost", "user and password have no control characters"),
        ("http://a:b%00@localhost", "user and password have no control characters"),
    ],
)
def test_what_is_no_proxy_is_told_without_what_was_given(given: object, why: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        read_proxy(given)
    assert str(error.value) == (
        f"proxy is the URL of an HTTP proxy: {why}. Write it like proxy='http://127.0.0.1:3128', with user:password@ "
        "before the host where it wants one (what was given is not repeated here: it may be secret)."
    )


def test_a_proxy_says_what_it_did() -> None:
    proxy = Proxy(host="127.0.0.1", port=9, user="lee", password="pass")
    assert proxy.refusal(407) == (
        "the proxy 127.0.0.1:9 answered 407: it wants a user and a password, proxy='http://user:password@...'"
    )
    assert proxy.refusal(502) == (
        "the proxy 127.0.0.1:9 answered 502: it did not reach the receiver. Is the receiver running, and can the proxy "
        "reach it?"
    )
    assert proxy.unreached("no") == "the proxy 127.0.0.1:9 cannot be used: no"


# Access.

FULL: dict[str, Any] = {
    "headers": {"X-Door": "k", "X-B": " v "},
    "auth": ("kim", "pass"),
    "proxy": "http://lee:word@localhost:1",
}


def test_the_options_of_an_access_make_it_again() -> None:
    for options in ({}, FULL, *({name: value} for name, value in FULL.items())):
        access = read_access(options)
        assert read_access(access.options) == access
        assert set(access.options) == set(options)
    assert read_access({}) == NO_ACCESS
    assert (NO_ACCESS.sent, NO_ACCESS.secrets, NO_ACCESS.options) == ({}, (), {})


def test_an_access_sends_its_headers_and_its_password() -> None:
    access = read_access(FULL)
    basic = f"Basic {b64encode(b'kim:pass').decode()}"
    assert access.sent == {"authorization": basic, "x-door": "k", "x-b": "v"}
    assert set(access.secrets) == {
        *("k", "v", "pass", "kim:pass", basic.split()[1]),
        *("word", "lee:word", b64encode(b"lee:word").decode()),
    }
    assert read_access({"proxy": "http://localhost:1"}).secrets == ()
    assert read_access({"auth": ("api-key", "")}).secrets == ("api-key", "api-key:", b64encode(b"api-key:").decode())


def test_another_host_is_told_nothing_of_the_sender() -> None:
    access = Access(
        headers=(("x-door", "k"),),
        auth=("kim", "pass"),
        ca_file="ca",
        client_cert="c",
        client_key="k",
        proxy=read_proxy("localhost"),
        written_proxy="localhost",
    )
    elsewhere = access.elsewhere
    assert (elsewhere.headers, elsewhere.auth, elsewhere.client_cert, elsewhere.client_key) == ((), None, "", "")
    assert (elsewhere.ca_file, elsewhere.proxy) == ("ca", access.proxy)
    named = read_access({"headers": {"Authorization": "Bearer x", "X-Door": "k"}})
    assert named.unnamed.headers == (("x-door", "k"),)
    assert (access.unnamed.auth, access.unnamed.headers, access.unnamed.client_cert) == (None, access.headers, "c")


def test_a_password_comes_from_one_place() -> None:
    access = read_access({"auth": ("kim", "pass")})
    assert with_user(access, "kim", "pass") is access
    assert with_user(NO_ACCESS, "kim", "pass") == access
    with pytest.raises(SteppayMockError, match="A password is given twice"):
        with_user(access, "kim", "other")
    with pytest.raises(SteppayMockError, match="contradict each other"):
        with_user(read_access({"headers": {"Authorization": "x"}}), "kim", "pass")
    for wrong in (("", ""), ("a:b", "c"), ("a", "\n"), ("a",), ("a", 5), "ab", 5):
        with pytest.raises(SteppayMockError, match="auth is a user without a colon"):
            read_access({"auth": wrong})
    assert read_access({"auth": ["", "pass"]}).auth == ("", "pass")


def test_an_app_takes_no_way_to_a_url() -> None:
    read_access({"headers": {"X-Door": "k"}, "auth": ("kim", "pass")}).refuse_app()
    for name in ("ca_file", "client_cert", "proxy"):
        options: Any = {name: read_proxy("localhost") if name == "proxy" else "a.pem"}
        with pytest.raises(SteppayMockError, match=f"^{name}= is about the way to a URL"):
            Access(**options).refuse_app()


def test_a_certificate_is_asked_for_only_over_tls_and_without_one() -> None:
    assert (
        asks_for_certificate(NO_ACCESS, "https")
        == ". Does it ask for a client certificate? client_cert= (--client-cert)"
    )
    assert asks_for_certificate(NO_ACCESS, "http") == ""
    assert asks_for_certificate(Access(client_cert="a.pem"), "https") == ""


def test_an_authority_is_named_only_where_that_is_what_lacks() -> None:
    for code in range(30):
        told = untrusted("why", code=code)
        assert told.startswith("the receiver's certificate is not trusted: [SSL: CERTIFICATE_VERIFY_FAILED] why")
        assert told.endswith("name the file of its authority: ca_file= (--ca-file), or SSL_CERT_FILE") == (
            code in {2, 18, 19, 20, 21}
        )


def test_secrets_of_wrong_options_are_none() -> None:
    assert secrets_of_access({"headers": {"X-Door": "k"}}) == ("k",)
    assert secrets_of_access({"headers": 5}) == ()


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ("Bearer abcdefgh", ["Bearer abcdefgh", "abcdefgh"]),
        ("Bearer abcdefg", ["Bearer abcdefg"]),
        ("a=12345678;b=c", ["a=12345678;b=c", "12345678"]),
        ("12345678", ["12345678"]),
        ("1234567", []),
        ("TRUE", []),
        ("false", []),
        ("null", []),
        ("abcdefgh", ["abcdefgh"]),
        ("k", ["k"]),
    ],
)
def test_a_long_word_of_a_header_is_a_secret_and_a_short_number_is_none(value: str, secrets: list[str]) -> None:
    assert list(secrets_of([value])) == secrets


def test_a_header_is_read_in_small_letters_and_without_blanks_around() -> None:
    assert read_headers({"X-A!#": "  b ", "c": ""}) == {"x-a!#": "b", "c": ""}
    for wrong in ({"": "a"}, {"a b": "c"}, {"a": "한"}, {"a": "b\n"}, {"a": 5}, {5: "a"}, {"a:": "b"}):
        with pytest.raises(SteppayMockError, match="A header is a name and a value, both in printable ASCII"):
            read_headers(wrong)  # type: ignore[arg-type]
