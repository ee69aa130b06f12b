"""One module a command; each holds it as ``command``. Imported when used, and nothing heavy at their top."""
