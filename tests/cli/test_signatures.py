"""``sign`` and ``verify``: the header for exact bytes, and the verdict on one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from steppay_mock import sign

BODY = '{"event":"order.created","data":{"name":"김민준"}}'.encode()
AT = 1706002316
HEADER = sign(BODY, "s", timestamp=AT)


def test_a_body_is_signed_from_a_file_or_standard_input(run: Any, write: Any) -> None:
    args = ("--secret", "s", "--timestamp", str(AT))
    for done in (
        run("sign", write("body.json", BODY), *args),
        run("sign", "-", *args, stdin=BODY),
        run("sign", *args, stdin=BODY),
    ):
        assert (done.code, done.out, done.err) == (0, f"{HEADER}\n", "")


def test_a_body_is_signed_with_the_present_time(run: Any) -> None:
    before = int(datetime.now(UTC).timestamp())
    done = run("sign", "--secret", "s", stdin=BODY)
    assert before <= int(done.out.partition("timestamp=")[2].partition(",")[0]) <= datetime.now(UTC).timestamp()


def test_several_secrets_give_several_keys(run: Any) -> None:
    done = run("sign", "--secret", "old", "--secret", "new", "--timestamp", str(AT), stdin=BODY)
    assert done.out == sign(BODY, ["old", "new"], timestamp=AT) + "\n"


def test_the_environment_has_the_secret_as_it_is(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", " two words ")
    assert run("sign", "--timestamp", "5", stdin=BODY).out == sign(BODY, " two words ", timestamp=5) + "\n"
    assert run("sign", "--timestamp", "5", "--secret", "s", stdin=BODY).out == sign(BODY, "s", timestamp=5) + "\n"


def test_a_newline_at_the_end_is_signed_and_noted(run: Any) -> None:
    done = run("sign", "--secret", "s", "--timestamp", "5", stdin=BODY + b"\n")
    assert done.out == sign(BODY + b"\n", "s", timestamp=5) + "\n"
    assert done.err == "note: the body ends with a newline, which is signed too. StepPay's bodies end without one.\n"


def test_any_bytes_can_be_signed(run: Any) -> None:
    done = run("sign", "--secret", "s", "--timestamp", "5", stdin=bytes(range(256)))
    assert done.out == sign(bytes(range(256)), "s", timestamp=5) + "\n"


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        ([], BODY, "No secret is given. Pass --secret, or set STEPPAY_WEBHOOK_SECRET."),
        (["--secret", ""], BODY, "A secret is text that is not empty: number 1 of 1 is empty."),
        (["--secret", "s", "--timestamp", "soon"], BODY, "'soon' is not a valid integer"),
        (["--secret", "s", "--timestamp", "-1"], BODY, "A timestamp is seconds since the epoch, 0 or more, not -1."),
        (["--secret", "s"], b"", "Standard input has no payload."),
        (["--secret", "s", "nowhere.json"], b"", "nowhere.json: No such file or directory."),
        (["--secret", "s", "a", "b"], b"", "Got unexpected extra argument (b)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_signed_is_an_error(args: list[str], stdin: bytes, told: str, run: Any) -> None:
    done = run("sign", *args, stdin=stdin)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_an_empty_variable_is_no_secret(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "")
    assert "No secret is given." in run("sign", stdin=BODY).err


def test_a_right_header_is_ok(run: Any, write: Any) -> None:
    args = ("--header", HEADER, "--secret", "s", "--now", str(AT))
    for done in (run("verify", write("body.json", BODY), *args), run("verify", *args, stdin=BODY)):
        assert (done.code, done.out, done.err) == (0, "", "OK\n")


@pytest.mark.parametrize("name", ["", "Steppay-Signature: ", "steppay-signature:", "  "])
def test_the_headers_name_may_stand_before_it(name: str, run: Any) -> None:
    assert run("verify", "--header", name + HEADER, "--secret", "s", "--now", str(AT), stdin=BODY).code == 0


@pytest.mark.parametrize("now", ["1706002616", "2024-01-23T09:36:56Z", "2024-01-23T18:36:56+09:00", "1706002016.0"])
def test_now_and_tolerance_bound_the_age(now: str, run: Any) -> None:
    args = ("verify", "--header", HEADER, "--secret", "s", "--now", now)
    assert run(*args, stdin=BODY).code == 0
    done = run(*args, "--tolerance", "299", stdin=BODY)
    assert done.code == 1
    assert "expected: sent within 299 s of the clock" in done.err


def test_without_now_the_clock_counts(run: Any) -> None:
    done = run("verify", "--header", HEADER, "--secret", "s", stdin=BODY)
    assert done.code == 1
    assert "s ago\n" in done.err
    assert run("verify", "--header", HEADER, "--secret", "s", "--tolerance", "inf", stdin=BODY).code == 0


def test_one_match_is_enough(run: Any) -> None:
    args = ("verify", "--header", HEADER, "--now", str(AT), "--secret", "other")
    assert run(*args, "--secret", "s", stdin=BODY).code == 0
    done = run(*args, stdin=BODY)
    assert done.code == 1
    assert done.err.startswith("Error: header Steppay-Signature\n  expected: key = base64(HMAC-SHA256(secret,")
    assert "  next:     Verify the raw bytes as they arrived" in done.err


def test_a_newline_that_an_editor_added_is_noted(run: Any) -> None:
    done = run("verify", "--header", HEADER, "--secret", "s", "--now", str(AT), stdin=BODY + b"\n")
    assert done.code == 1
    assert done.err.startswith("note: the body ends with a newline. An editor or echo may have added it:")


@pytest.mark.parametrize(
    "header", ["", "nonsense", "timestamp=5", "timestamp=x,key=a", "v0=abc,timestamp=5", "\x1b[31m"]
)
def test_a_header_that_says_nothing_proves_nothing(header: str, run: Any) -> None:
    done = run("verify", "--header", header, "--secret", "s", stdin=BODY)
    assert (done.code, done.out) == (1, "")
    assert "next:" in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--secret", "s"], "Missing option '--header'"),
        (["--header", HEADER], "No secret is given."),
        (["--header", HEADER, "--secret", "s", "--tolerance", "-1"], "'-1' is no number of seconds from 0 up."),
        (["--header", HEADER, "--secret", "s", "--tolerance", "nan"], "'nan' is no number of seconds from 0 up."),
        (["--header", HEADER, "--secret", "s", "--tolerance", "soon"], "'soon' is no number of seconds from 0 up."),
        (["--header", HEADER, "--secret", "s", "--now", "2024-01-01T00:00"], "has no zone."),
        (["--header", HEADER, "--secret", "s", "--now", "1706002316000"], "Give seconds, not milliseconds."),
        (["--header", HEADER, "--secret", "s", "nowhere.json"], "nowhere.json: No such file or directory."),
    ],
    ids=lambda value: " ".join(value)[-20:] if isinstance(value, list) else "",
)
def test_wrong_words_are_usage_errors(args: list[str], told: str, run: Any) -> None:
    done = run("verify", *args, stdin=BODY)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_no_message_shows_a_secret(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_never_shown")
    for args in (
        ["verify", "--header", HEADER],
        ["verify", "--header", "nonsense"],
        ["verify", "--header", HEADER, "--secret", "whsec_never_shown", "--now", "x"],
        ["sign", "--timestamp", "-1"],
        ["sign", "--secret", "whsec_never_shown", "nowhere.json"],
    ):
        done = run(*args, stdin=BODY)
        assert done.code != 0
        assert "whsec_never_shown" not in done.out + done.err
