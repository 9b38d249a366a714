"""HTTP/1.1 as bytes: messages, connections, listeners. It knows no NetSuite."""

from .connection import Limits

__all__ = ["Limits"]
