"""What an extra brings, and what is said where it is not installed."""

from __future__ import annotations


class MissingExtraError(RuntimeError):
    """A distribution of an extra is not installed; the message has the install line.

    Args:
        what: what needs it, as the subject of the sentence.
        extra: its name.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra {extra!r}: pip install 'pytest-netsuite-tba[{extra}]'")
        self.extra = extra
