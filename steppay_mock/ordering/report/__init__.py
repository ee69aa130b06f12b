"""Renders results: as text, as a page, as diagrams, as JSON data and as programs that replay them."""
