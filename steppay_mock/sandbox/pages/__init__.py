"""The pages of a sandbox, for browsers: server-rendered HTML in Korean and English, which needs no script."""
