"""Signed clients: one module a library, each imported when it is asked for."""
