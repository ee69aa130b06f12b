"""The scenarios of the project: one module a chapter, one function a story."""
