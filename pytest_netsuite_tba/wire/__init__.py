"""HTTP/1.1 as bytes: messages, connections, listeners. Whom they serve is handed in."""

from .limits import Limits

__all__ = ["Limits"]
