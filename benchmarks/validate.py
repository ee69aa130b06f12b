"""Is checking a payload fifty times as quick as with cached jsonschema, and no slower if jsonschema-rs is missing?"""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Contender, Goal, Report, main, table_of, take_turns
from steppay_mock import EventType, make_event, validate
from steppay_mock.contract.locate import load_schema, schema_dir

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
    import jsonschema_rs  # without it the engine "auto" would be jsonschema
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
        Contender(name=PLAIN, run=lambda: validate(payload, engine="jsonschema")),
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
    return Report([table_of(title, contenders, timings)], goals, PACKAGES)


def _paths() -> list[str]:
    events = [f"events/{event}.schema.json" for event in EventType]
    objects = [f"objects/{file.name}" for file in (schema_dir() / "objects").iterdir()]
    return ["types.schema.json", "enumerations.schema.json", "envelope.schema.json", *events, *objects]


if __name__ == "__main__":
    main(__doc__, build)
