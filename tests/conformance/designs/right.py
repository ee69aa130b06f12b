"""``RIGHT``: right receivers of different designs, by name. A framework is imported when its receiver is opened."""

from __future__ import annotations

from conformance.designs.design import CUSTOMERS, PAYMENTS, SUBSCRIPTIONS, Design

RIGHT: dict[str, Design] = {
    "flask-upsert": Design(
        framework="Flask",
        what="SQL upsert that compares as it writes; a unique key for copies; integers for money, epochs",
        home="in_flask:upsert",
        types=PAYMENTS,
    ),
    "flask-view": Design(
        framework="Flask",
        what="raw bodies in a JSON column; the state is an SQL view with a window function; 204, 403 and 422",
        home="in_flask:view",
        types=SUBSCRIPTIONS,
    ),
    "flask-steps": Design(
        framework="Flask",
        what="ranks of statuses and growing refunds alone: no clock, no digest; points once for each payment",
        home="in_flask:steps",
        types=PAYMENTS,
    ),
    "flask-outbox": Design(
        framework="Flask",
        what="outbox: 202 at once, a worker thread after the answer; raw bodies hashed",
        home="in_flask:outbox",
        types=SUBSCRIPTIONS,
        argued={"latency/works-after-answer": "It is its design, and a fact: neither right nor wrong."},
    ),
    "django-locked-rows": Design(
        framework="Django",
        what="ORM: a transaction, select_for_update, a comparison in Python; Decimal columns",
        home="in_django:locked_rows",
        types=PAYMENTS,
        alone=True,
    ),
    "django-json-log": Design(
        framework="Django",
        what="ORM: an event log in a JSONField, read anew each time; a deleted customer is shown no more; 202",
        home="in_django:json_log",
        types=CUSTOMERS,
        alone=True,
    ),
    "fastapi-models": Design(
        framework="FastAPI",
        what="tolerant pydantic models over the raw bytes; asyncio.Lock; copies change nothing; 422",
        home="in_fastapi:models",
        types=PAYMENTS,
    ),
    "fastapi-aiosqlite": Design(
        framework="FastAPI",
        what="aiosqlite: an inbox with a unique key, and an upsert with a version; ids as text, times as milliseconds",
        home="in_fastapi:aiosqlite",
        types=SUBSCRIPTIONS,
    ),
    "starlette-locks": Design(
        framework="Starlette",
        what="an advisory lock for each id around read, compare and write; dataclasses; 403",
        home="in_fastapi:lock_for_each_id",
        types=CUSTOMERS,
    ),
    "starlette-sqlalchemy": Design(
        framework="Starlette",
        what="SQLAlchemy's ORM in threads; times without a zone, in UTC; orderId kept as text; 204",
        home="in_fastapi:sqlalchemy",
        types=PAYMENTS,
    ),
    "wsgi-event-log": Design(
        framework="plain WSGI",
        what="an event log in a file, sorted and read anew; a copy is the same line; two tables",
        home="plain:event_log",
        types=(*PAYMENTS, *SUBSCRIPTIONS),
    ),
    "wsgi-redis": Design(
        framework="plain WSGI",
        what="a sorted set of all bodies for each thing, by the second, then by rank; a set of what was seen; 202, 403",
        home="plain:redis",
        types=SUBSCRIPTIONS,
    ),
    "asgi-dataclasses": Design(
        framework="plain ASGI",
        what="versions as dataclasses that compare, a match statement; ids and amounts as text; 422",
        home="plain:dataclasses",
        types=PAYMENTS,
    ),
    "asgi-tombstones": Design(
        framework="plain ASGI",
        what="tombstones: who was deleted comes back by no older event; 204, 403",
        home="plain:tombstones",
        types=CUSTOMERS,
    ),
    "lambda-conditional-put": Design(
        framework="AWS Lambda",
        what="REST API with base64; a conditional write as in DynamoDB, no memory of copies",
        home="in_lambda:conditional_put",
        types=SUBSCRIPTIONS,
    ),
    "lambda-queue": Design(
        framework="AWS Lambda",
        what="HTTP API; a queue between two functions, which is emptied after the answer, the last message first",
        home="in_lambda:queue",
        types=PAYMENTS,
    ),
    "express-example": Design(
        framework="Express",
        what="the example to copy: express.raw, a store in memory, versions as text",
        home="in_node:express_example",
        types=(*PAYMENTS, *SUBSCRIPTIONS),
        tools="node",
    ),
    "nextjs-example": Design(
        framework="Next.js",
        what="the example to copy: POST(request) of the App Router",
        home="in_node:nextjs_example",
        types=(*PAYMENTS, *SUBSCRIPTIONS),
        tools="node",
    ),
    "express-log": Design(
        framework="Express",
        what="express.json with verify, which keeps the raw bytes; an event log; ids from the bytes; 204, 403, 422",
        home="in_node:express_log",
        types=SUBSCRIPTIONS,
        tools="node",
    ),
    "node-chains": Design(
        framework="node:http",
        what="a chain of promises for each id around a slow store; BigInt; points once for each payment; 202",
        home="in_node:chains",
        types=PAYMENTS,
        tools="node",
    ),
    "flask-mirror": Design(
        framework="Flask",
        what="every event type: each thing is mirrored as it came, by kind and key; what was deleted stays deleted",
        home="mirror:mirror",
        types=None,
    ),
}
