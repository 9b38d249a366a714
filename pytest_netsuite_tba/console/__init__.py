"""The console of a running server: the control API and the Login Audit Trail page, below ``/__admin/``."""

from .app import Console

__all__ = ["Console"]
