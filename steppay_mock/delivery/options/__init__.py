"""The options of delivery: a table of them, their checks, and the settings that a run reads."""
