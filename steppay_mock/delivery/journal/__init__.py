"""The journal: the plan of a run, each attempt and its answer, on disk before the next step depends on it."""
