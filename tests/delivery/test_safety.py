from __future__ import annotations

from typing import Any

import pytest

from steppay_mock import SteppayMockError, deliver

ADVICE = "Give one such as http://localhost:8000/webhooks/steppay"


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(SteppayMockError) as caught:
        deliver([], to=url, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://LOCALHOST.:8000/x",
        "https://shop.localhost:8000",
        "http://127.0.0.1",
        "http://127.255.1.2:80/hook",
        "http://[::1]:8000",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "HTTP://localhost/x?y=1",
    ],
)
def test_this_machine_may_be_called(url: str) -> None:
    assert len(deliver([], to=url)) == 0


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com/webhooks", "example.com"),
        ("http://10.0.0.7", "10.0.0.7"),
        ("http://0.0.0.0", "0.0.0.0"),
        ("http://[::]", "::"),
        ("http://[::ffff:10.0.0.7]", "10.0.0.7"),
        ("http://localhost.example.com", "localhost.example.com"),
        ("http://notlocalhost", "notlocalhost"),
        ("http://127.1", "127.1"),
        ("http://0x7f.0.0.1", "0x7f.0.0.1"),
        ("http://2130706433", "2130706433"),
        ("http://스텝.한국", "xn--9t4b82y.xn--3e0b707e"),
    ],
)
def test_another_host_is_refused_and_the_message_says_how_to_allow_it(url: str, host: str) -> None:
    message = refusal(url)
    assert message.startswith(
        f"{host} is not this machine, and deliveries leave this machine only if you allow the host."
    )
    assert message.endswith(f"Is it yours? Allow it: allow_hosts=[{host!r}]")
    assert len(deliver([], to=url, allow_hosts=["other.test", host])) == 0


@pytest.mark.parametrize(
    "listed", ["staging.example.com", ["STAGING.Example.com."], {"staging.example.com"}, iter(["staging.example.com"])]
)
def test_an_allowed_host_is_compared_without_case_and_final_dot(listed: Any) -> None:
    assert len(deliver([], to="https://Staging.example.com./hook", allow_hosts=listed)) == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://steppay.kr",
        "https://api.steppay.kr/api/v1/orders",
        "https://API.StepPay.KR./x",
        "http://steppay.kr..",
        "http://localhost@api.steppay.kr/",
        "http://localhost:80@api.steppay.kr/",
        "http://127.0.0.1\\@api.steppay.kr/",
        "http://api.ｓｔｅｐｐａｙ.ｋｒ/",
        "http://api。steppay。kr/",
        "http://api.step\u00adpay.kr/",
    ],
)
def test_the_vendor_is_never_called_not_even_if_allowed(url: str) -> None:
    message = refusal(url, allow_hosts=["steppay.kr", "api.steppay.kr", "localhost"])
    assert "This URL cannot be used" in message or message.endswith(
        "belongs to StepPay: nothing is ever sent there, allowed or not. Give the URL of your own receiver."
    )


def test_a_name_that_only_ends_alike_is_not_the_vendors() -> None:
    assert len(deliver([], to="http://mysteppay.kr", allow_hosts=["mysteppay.kr"])) == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "it begins with neither http:// nor https://"),
        ("localhost:8000", "it begins with neither http:// nor https://"),
        ("/webhooks/steppay", "it begins with neither http:// nor https://"),
        ("ftp://localhost", "it begins with neither http:// nor https://"),
        ("http://", "it names no host"),
        ("http:///x", "it names no host"),
        ("http://:8000", "it names no host"),
        ("http://localhost:0", "port 0 cannot be called"),
        ("http://localhost:65536", "Port out of range 0-65535"),
        ("http://localhost:x", "Port could not be cast to integer value as 'x'"),
        ("http://local host", "it holds white space or a control character"),
        (" http://localhost", "it holds white space or a control character"),
        ("http://localhost/\r\nx: y", "it holds white space or a control character"),
        ("http://localhost/\x00", "it holds white space or a control character"),
        ("http://localhost/\ud800", "it holds white space or a control character"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://a..b/", "'a..b' is no host name"),
        ("http://localhost%2e/", "'localhost%2e' is no host name"),
        (f"http://{'a' * 64}.test/", f"'{'a' * 64}.test' is no host name"),
        ("http://localhost/x#y", "what stands behind # is never sent: leave it out"),
    ],
)
def test_a_bad_url_says_why(url: str, why: str) -> None:
    assert refusal(url) == f"This URL cannot be used: {why}. {ADVICE}"


@pytest.mark.parametrize("entry", ["http://staging.example.com", "staging:8080", "", 7, None])
def test_a_bad_entry_of_allow_hosts_is_named(entry: Any) -> None:
    message = refusal("http://localhost", allow_hosts=[entry])
    assert message == (
        f"allow_hosts takes host names without scheme, port or path, not {entry!r}. Pass 'staging.example.com'"
    )


def test_allow_hosts_is_a_list() -> None:
    assert refusal("http://localhost", allow_hosts=7).startswith("allow_hosts is a list of host names, not int.")
