"""``validate``: every violation, with the line on which the faulty value stands."""

import json
from typing import Any

import pytest

from steppay_mock import EventType, make_event, make_events


def payload(event: str = "order.created", **data: Any) -> dict[str, Any]:
    return make_event(event, seed=7, data=data).payload


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def line_with(text: str, part: str) -> int:
    """The only line that holds the part."""
    (number,) = [number for number, line in enumerate(text.split("\n"), start=1) if part in line]
    return number


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (pretty(payload()), 1),
        (make_event("order.created", seed=7).body, 1),
        (pretty([payload(), payload()]), 2),
        (json.dumps([payload(), payload()]), 2),
        (b"\n".join(event.body for event in make_events(seed=7, body="compact")), len(EventType)),
        (b"\r\n\r\n".join(event.body for event in make_events(seed=7, body="compact")) + b"\r\n\r\n", len(EventType)),
        (f"{pretty(payload())}\n{pretty(payload())}\n", 2),
        (b"\xef\xbb\xbf" + pretty(payload()).encode(), 1),
        (f"\n\n  {json.dumps(payload())}  \n", 1),
        (f"[\n{json.dumps(payload())},\n{json.dumps(payload())}\n]\n", 2),
        (json.dumps(payload(), indent=0), 1),
    ],
    ids=[
        *("pretty", "body", "pretty array", "array on one line", "NDJSON", "NDJSON with CRLF and blank lines"),
        *("one pretty object after another", "byte order mark", "white space around", "array by lines", "not indented"),
    ],
)
def test_valid_payloads_are_found_in_every_form(content: bytes | str, count: int, run: Any, write: Any) -> None:
    done = run("validate", write("payloads", content))
    assert (done.code, done.out) == (0, "")
    assert done.err == f"{count} payload{'s' if count > 1 else ''}, 0 violations\n"


def test_a_violation_is_told_with_its_line(run: Any, write: Any) -> None:
    text = pretty(payload(productName=7))
    line = line_with(text, '"productName": 7')
    done = run("validate", write("bad.json", text))
    assert done.code == 1
    assert done.out == (
        f"line {line}: order.created: $.data.productName\n"
        "  expected: a string\n"
        "  sent:     7 (integer)\n"
        '  next:     send it as a string: "7"\n'
    )
    assert done.err == "1 payload, 1 violation\n"


def test_every_violation_of_an_array_has_its_line(run: Any, write: Any) -> None:
    good, bad = payload(), payload(items={0: {"paidAmount": "FIRST"}, 1: {"paidAmount": "SECOND"}}, code=5)
    text = "\n\n" + pretty([good, bad, good, payload("payment.failed", status="BOGUS")])
    done = run("validate", "--json", write("bad.json", text))
    found = {(violation["path"], violation["line"]) for violation in done.json["violations"]}
    assert found == {
        ("$.data.code", line_with(text, '"code": 5')),
        ("$.data.items[0].paidAmount", line_with(text, "FIRST")),
        ("$.data.items[1].paidAmount", line_with(text, "SECOND")),
        ("$.data.status", line_with(text, "BOGUS")),
    }
    assert done.json["payloads"] == 4
    assert done.err == "4 payloads, 4 violations\n"
    assert done.code == 1


def test_a_missing_field_is_told_where_it_should_stand(run: Any, write: Any) -> None:
    broken = payload()
    del broken["data"]["items"][0]["code"]
    del broken["version"]
    text = pretty(broken)
    done = run("validate", "--json", write("bad.json", text))
    lines = {violation["path"]: violation["line"] for violation in done.json["violations"]}
    assert lines == {"$.data.items[0].code": line_with(text, '"items": [') + 1, "$.version": 1}


def test_the_line_of_ndjson_is_that_of_the_payload(run: Any) -> None:
    lines = [event.body for event in make_events("order.created", n=4, seed=7, body="compact")]
    lines[2] = lines[2].replace(b'"order.created"', b'"order.cretaed"')
    done = run("validate", "-", stdin=b"\n".join(lines))
    assert done.code == 1
    assert done.out.startswith("line 3: order.cretaed: $.event\n")
    assert "did you mean 'order.created'?" in done.out.lower()


def test_broken_lines_of_ndjson_are_told_and_the_others_checked(run: Any) -> None:
    lines = [event.body for event in make_events("order.created", n=5, seed=7, body="compact")]
    lines[1] = lines[1][:40]
    lines[2] = b"\xff" + lines[2]
    lines[4] = lines[4].replace(b'"data"', b'"dat"')
    done = run("validate", "-", stdin=b"\n".join(lines))
    assert done.code == 1
    heads = [line for line in done.out.splitlines() if line.startswith("line")]
    assert heads == ["line 2: $", "line 3: $", "line 5: order.created: $.data"]
    assert "sent:     line 2, column " in done.out
    assert "  expected: UTF-8 (fact 1)\n  sent:     0xff as byte 1 of line 3\n" in done.out
    assert done.err == "5 payloads, 3 violations\n"


@pytest.mark.parametrize("broken", [b'{"timestamp": 1, ', b"\xff", b"nonsense", b'{"data": "\xb1\xe8"}'])
def test_a_broken_first_line_does_not_hide_the_others(broken: bytes, run: Any) -> None:
    lines = [event.body for event in make_events("order.created", n=2, seed=7, body="compact")]
    done = run("validate", "-", stdin=b"\n".join([broken, *lines]))
    assert [line for line in done.out.splitlines() if line.startswith("line")] == ["line 1: $"]
    assert done.err == "3 payloads, 1 violation\n"


@pytest.mark.parametrize(
    ("content", "line", "sent"),
    [
        ('{\n  "a": 1,\n  "b": }\n', 3, "line 3, column 8: Expecting value, before '}'"),
        ('{\n  "a": 1', 2, "line 2, column 9: Expecting ',' delimiter, at the end of it"),
        ("[\n  {},\n", 2, "line 2, column 6: Expecting value, at the end of it"),
        ('{\n  "a": "open\n}', 2, "line 2, column 13: Invalid control character, at the end of it"),
        ('{"a": "open}', 1, "line 1, column 7: Unterminated string, before '\"open}'"),
        ("garbage", 1, "line 1, column 1: Expecting value, before 'garbage'"),
        ('\n{\n "a": [1, NaN]}', 3, "line 3, column 11: NaN is no JSON value, before 'NaN]}'"),
        ('{"a": -Infinity}', 1, "line 1, column 7: -Infinity is no JSON value, before '-Infinity}'"),
        ("[" * 100_000, 1, "lists or objects nested so deeply that a parser gives up"),
        ('{"a":' * 100_000, 1, "lists or objects nested so deeply that a parser gives up"),
        ("{'a': 1}", 1, "line 1, column 2: Expecting property name enclosed in double quotes, before \"'a': 1}\""),
    ],
    ids=lambda value: value[:16] if isinstance(value, str) else "",
)
def test_what_is_not_json_is_a_violation_with_line_and_column(content: str, line: int, sent: str, run: Any) -> None:
    done = run("validate", "--json", "-", stdin=content.encode())
    (violation,) = [found for found in done.json["violations"] if found["kind"] == "syntax"]
    assert done.code == 1
    assert (violation["line"], violation["sent"]) == (line, sent)


def test_a_name_that_stands_twice_is_a_violation(run: Any) -> None:
    text = pretty(payload()).replace('"version": "v1"', '"version": "v1",\n  "version": "v1"')
    done = run("validate", "-", stdin=text.encode())
    assert done.code == 1
    assert done.out == (
        "line 4: $.version\n"
        "  expected: each name once in an object\n"
        "  sent:     the same name again\n"
        "  next:     remove one of them: which one counts depends on the receiver's language\n"
    )


def test_of_repeated_names_the_last_is_checked_as_parsers_do(run: Any) -> None:
    text = pretty(payload()).replace('"version": "v1"', '"version": "v1",\n  "version": 5')
    done = run("validate", "--json", "-", stdin=text.encode())
    assert [(one["kind"], one["line"]) for one in done.json["violations"]] == [("repeated-name", 4), ("type", 4)]


@pytest.mark.parametrize(
    ("content", "sent"),
    [(b"5", "5 (integer)"), (b"null", "null (null)"), (b'"{}"', '"{}" (string)'), (b"[[]]", "[] (array)")],
)
def test_what_is_no_object_is_a_violation(content: bytes, sent: str, run: Any) -> None:
    done = run("validate", "-", stdin=content)
    assert done.code == 1
    assert f"line 1: $\n  expected: a JSON object, the envelope\n  sent:     {sent}\n" in done.out


def test_strict_refuses_unknown_fields(run: Any) -> None:
    text = pretty({**payload(), "storeCode": "x"}).encode()
    assert run("validate", "-", stdin=text).code == 0
    done = run("validate", "--strict", "-", stdin=text)
    assert done.code == 1
    assert f"line {line_with(text.decode(), 'storeCode')}: order.created: $.storeCode\n" in done.out


def test_of_several_files_each_line_names_its_own(run: Any, write: Any) -> None:
    good, bad = write("good.json", pretty(payload())), write("bad.json", pretty(payload(code=5)))
    done = run("validate", good, bad)
    assert done.out.startswith(f"{bad}: line ")
    assert done.err == "2 payloads, 1 violation\n"
    listed = run("validate", "--json", good, bad).json
    assert [violation["file"] for violation in listed["violations"]] == [bad]


def test_the_json_of_a_fine_file_is_an_empty_list(run: Any) -> None:
    done = run("validate", "--json", "-", stdin=pretty(payload()).encode())
    assert (done.code, done.json) == (0, {"payloads": 1, "violations": []})


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "Missing argument 'FILE...'"),
        (["nowhere.json"], "nowhere.json: No such file or directory. Give a file that can be read, or - for"),
        (["."], ".: Is a directory. Give a file that can be read, or - for standard input."),
        (["-"], "Standard input has no payload. Give one, such as `steppay-mock generate order.created` makes."),
        (["--stric", "-"], "No such option"),
    ],
    ids=" ".join,
)
def test_wrong_words_and_empty_sources_are_errors(args: list[str], told: str, run: Any) -> None:
    done = run("validate", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named(run: Any, write: Any, encoding: str) -> None:
    text = "\n".join(event.body.decode() for event in make_events(["order.created", "order.updated"], seed=7))
    done = run("validate", write("p.json", text.encode(encoding)))
    assert (done.code, done.err) == (1, "1 payload, 1 violation\n")
    assert f"expected: UTF-8 (fact 1)\n  sent:     {encoding[:6].upper()}\n  next:     save it as UTF-8;" in done.out


@pytest.mark.parametrize("content", [b"", b"\n \r\n\t", b"[]", b"[\n]\n", b"\xef\xbb\xbf"])
def test_a_file_without_payloads_proves_nothing(content: bytes, run: Any, write: Any) -> None:
    name = write("empty.json", content)
    done = run("validate", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {name} has no payload.")


def test_what_a_terminal_would_obey_is_shown_as_escapes(run: Any) -> None:
    done = run("validate", "-", stdin=b'{"event": "\\u001b[31mred\\ud800", "\\u202edata": 1}')
    assert done.code == 1
    assert "\\u001b[31mred\\ud800" in done.out
    listed = run("validate", "--json", "-", stdin=b'{"event": "\\u001b[31mred\\ud800"}').json
    assert listed["violations"][0]["event"] == "\x1b[31mred\ud800"
