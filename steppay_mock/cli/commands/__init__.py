"""The commands: one module for each, with the command as ``command``. Imported on use; nothing heavy at their top."""
