"""The calls of the REST API that write: their table, their bodies, and what each does in the store."""
