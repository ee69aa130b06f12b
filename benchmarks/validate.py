"""What checking a payload costs: beside cached jsonschema with and without jsonschema-rs, and for each violation."""

from __future__ import annotations

import io
import json
from typing import Any

from benchmarks.measure import Contender, Goal, Report, Table, main, table_of, take_turns
from steppay_mock import EventType, make_event, validate
from steppay_mock.cli.read.documents import iter_documents, iter_violations
from steppay_mock.contract.schemas import load_schema, schema_dir

PACKAGES = ["jsonschema", "jsonschema-rs", "referencing"]
FAST, PLAIN, CACHED, NAIVE = (
    "validate(), jsonschema-rs",
    "validate(), jsonschema",
    "jsonschema, cached",
    "jsonschema, naive",
)


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    import jsonschema
    import jsonschema_rs  # without it the validator "auto" would be jsonschema
    from referencing import Registry, Resource

    event = make_event("order.created", seed=1, data={"items": [{}, {}]})
    payload = event.payload
    schema = load_schema("events/order.created.schema.json")
    documents = [load_schema(path) for path in _paths()]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in documents)
    registry = registry.crawl()
    cached = jsonschema.Draft202012Validator(schema, registry=registry)
    bundled = jsonschema_rs.Draft202012Validator(
        schema, registry=jsonschema_rs.Registry([(one["$id"], one) for one in documents])
    )
    contenders = [
        Contender(name=FAST, run=lambda: validate(payload)),
        Contender(name=PLAIN, run=lambda: validate(payload, validator="jsonschema")),
        Contender(name=CACHED, run=lambda: cached.is_valid(payload), note="Draft202012Validator over the files"),
        Contender(
            name=NAIVE,
            run=lambda: jsonschema.validate(payload, schema, cls=jsonschema.Draft202012Validator, registry=registry),
            note="jsonschema.validate(), which checks the schema too",
        ),
        Contender(name="jsonschema-rs itself", run=lambda: bundled.is_valid(payload), note="cached, over the files"),
    ]
    timings = take_turns(contenders, rounds=5 if quick else 25, turn=0.02 if quick else 0.1)
    goals = [
        Goal("validate() with jsonschema-rs against cached jsonschema", ">=", 50, "x", timings.ratio(CACHED, FAST)),
        Goal("validate() without it against cached jsonschema", ">=", 1, "x", timings.ratio(CACHED, PLAIN)),
    ]
    title = f"One valid order.created of {len(event.body)} bytes"
    violated, goal = _violations(quick=quick)
    return Report([table_of(title, contenders, timings), violated], [*goals, goal], PACKAGES)


def _violations(*, quick: bool) -> tuple[Table, Goal]:
    """What a violation costs `steppay-mock validate` in a payload of few of them, and of many."""
    few = 100 if quick else 400
    contenders = [_checking(few), _checking(4 * few)]
    timings = take_turns(contenders, rounds=3 if quick else 7, turn=0)
    less, more = (one.name for one in contenders)
    goal = Goal("a violation among four times as many", "<=", 1.3, "x", timings.ratio(more, less))
    return table_of("One violation of many in an order.created", contenders, timings), goal


def _checking(items: int) -> Contender:
    """The check of a payload with empty items, whose every field is missing, and with as many unknown fields."""
    payload = json.loads(make_event("order.created", seed=1).body)
    payload["data"]["items"] = [{} for _ in range(items)]
    payload["data"].update({f"unknown{number}": number for number in range(items)})
    body = json.dumps(payload, indent=1).encode()

    def check() -> int:
        (document,) = iter_documents(io.BytesIO(body), name="payload.json")
        return sum(1 for _ in iter_violations(document, strict=True))

    count = check()
    return Contender(name=f"{count} violations in {len(body)} bytes", run=check, operations=count)


def _paths() -> list[str]:
    events = [f"events/{event}.schema.json" for event in EventType]
    objects = [f"objects/{file.name}" for file in (schema_dir() / "objects").iterdir()]
    return ["types.schema.json", "enumerations.schema.json", "envelope.schema.json", *events, *objects]


if __name__ == "__main__":
    main(__doc__, build)
