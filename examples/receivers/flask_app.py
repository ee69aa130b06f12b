"""A StepPay receiver in Flask.

Run it: ``STEPPAY_WEBHOOK_SECRET=... python examples/receivers/flask_app.py --port 8000``
"""

from __future__ import annotations

import click
from flask import Flask, request
from sqlite_store import create_tables, save
from steppay_webhook import parse, verify
from werkzeug.serving import make_server


def create_app(database: str, secret: str) -> Flask:
    """The application: POST /webhooks/steppay, rows in the SQLite file ``database``."""
    app = Flask(__name__)
    create_tables(database)

    @app.post("/webhooks/steppay")
    def steppay() -> tuple[str, int]:
        body = request.get_data()  # the raw bytes are what was signed, not request.json
        if not verify(request.headers.get("Steppay-Signature", ""), body, secret):
            return "the signature does not match", 401
        envelope = parse(body)
        if envelope is None:
            return "the body is not a JSON object", 400
        save(database, envelope)
        return "", 200  # event types not known here too: anything else would show as a failed delivery

    return app


@click.command()
@click.option("--database", envvar="STEPPAY_DATABASE", default="steppay.sqlite3", show_default=True)
@click.option("--port", default=8000, show_default=True, help="0 takes a free one.")
@click.option("--secret", envvar="STEPPAY_WEBHOOK_SECRET", required=True, show_envvar=True)
def main(database: str, port: int, secret: str) -> None:
    """Serve the receiver on 127.0.0.1."""
    server = make_server("127.0.0.1", port, create_app(database, secret), threaded=True)
    click.echo(f"http://127.0.0.1:{server.server_port}/webhooks/steppay")
    server.serve_forever()


if __name__ == "__main__":
    main()
