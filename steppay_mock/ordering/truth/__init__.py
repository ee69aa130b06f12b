"""Compares the end of a receiver with what the story's store knows: told by the user, by hints, by a mapping file."""
