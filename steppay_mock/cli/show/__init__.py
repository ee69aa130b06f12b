"""What a command shows: tables, progress, reports and their files."""
