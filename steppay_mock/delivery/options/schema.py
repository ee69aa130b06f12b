"""The JSON Schema of ``steppay-mock.toml``: the file in ``schemas/`` with the keys of ``[sender]`` from the table."""

from __future__ import annotations

from typing import Any

from steppay_mock.contract.schemas import load_schema
from steppay_mock.delivery.options.option import Option
from steppay_mock.delivery.options.table import options_of

SCHEMA = "config.schema.json"


def config_schema() -> dict[str, Any]:
    """The schema that the program checks the file by."""
    document = load_schema(SCHEMA)
    sender = {**document["properties"]["sender"], "properties": {one.name: _key(one) for one in options_of("config")}}
    return {**document, "properties": {**document["properties"], "sender": sender}}


def _key(option: Option) -> dict[str, Any]:
    rest = dict(option.file)
    examples = rest.pop("examples")
    default = option.default if option.file_default is None else option.file_default
    return {
        "description": _description(option),
        **rest,
        # JSON Schema has no way to write "no default", and null would be a value.
        **({} if default is None or default == () else {"default": default}),
        "examples": examples,
    }


def _description(option: Option) -> str:
    words = option.file_words or option.type.expected
    return f"{option.help.removesuffix('.')}: {words}. Default: {option.default_in_words}."
