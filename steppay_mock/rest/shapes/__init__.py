"""Writes records as objects of the REST API, whose fields are not those of the webhooks (fact 38)."""
