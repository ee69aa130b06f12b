"""Reads the input of commands: files of payloads, captured webhooks, standard input."""
