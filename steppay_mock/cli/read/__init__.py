"""Reads what a command is given: files of payloads, captured webhooks, standard input."""
