"""``schema``: files as they are, and bundles."""

import json
from typing import Any

import pytest

from steppay_mock import EventType
from steppay_mock.contract.bundle import bundle_all, bundle_envelope, bundle_event
from steppay_mock.contract.schemas import schema_dir


@pytest.mark.parametrize("name", EventType)
def test_an_events_file_is_printed_as_it_is_and_bundled(name: str, run: Any) -> None:
    assert run("schema", name).raw == (schema_dir() / f"events/{name}.schema.json").read_bytes()
    assert run("schema", name, "--bundle").json == bundle_event(name)


def test_the_envelope_is_printed_and_bundled(run: Any) -> None:
    assert run("schema", "envelope").raw == (schema_dir() / "envelope.schema.json").read_bytes()
    assert run("schema", "envelope", "--bundle").json == bundle_envelope()


def test_that_of_the_file_of_settings_is_printed(run: Any) -> None:
    file = (schema_dir() / "config.schema.json").read_bytes()
    assert run("schema", "config").raw == run("schema", "config", "--bundle").raw == file


def test_all_is_one_bundle(run: Any) -> None:
    done = run("schema", "--all")
    assert (done.code, done.err) == (0, "")
    assert done.json == bundle_all() == json.loads(run("schema", "--all", "--bundle").out)
    assert "주문 생성" in done.out


@pytest.mark.parametrize("name", EventType)
def test_a_flat_bundle_of_an_event_is_printed(name: str, run: Any) -> None:
    assert run("schema", name, "--flat").json == bundle_event(name, flat=True)
    assert run("schema", name, "--flat", "--bundle").json == bundle_event(name, flat=True)


def test_a_flat_bundle_of_all_is_printed(run: Any) -> None:
    assert run("schema", "--all", "--flat").json == bundle_all(flat=True)


def test_the_openapi_document_is_printed_as_it_is_shipped(run: Any) -> None:
    assert run("schema", "--openapi").raw == (schema_dir() / "openapi.json").read_bytes()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "No EVENT was given. Name one, such as payment.completed, or `envelope`, or pass --all."),
        (["order.creatd"], "There is no event type 'order.creatd'. Did you mean 'order.created'?"),
        (["order.created", "--all"], "--all is for every event. Leave out either --all or the EVENT."),
        (["order.created", "order.updated"], "Got unexpected extra argument (order.updated)"),
        (["--flat"], "No EVENT was given. Name one, such as payment.completed, or pass --all."),
        (["envelope", "--flat"], "--flat is for events. Leave out --flat, or name an event in place of envelope."),
        (["config", "--flat", "--bundle"], "--flat is for events."),
        (["order.created", "--openapi"], "--openapi is for every event, and has no other form."),
        (["--openapi", "--flat"], "Leave out the other words."),
        (["all"], "It is an option of this command. Pass --all."),
    ],
)
def test_wrong_words_are_usage_errors(args: list[str], told: str, run: Any) -> None:
    done = run("schema", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
