"""The scenarios of this project, one file for each chapter of ``scenario list``."""
