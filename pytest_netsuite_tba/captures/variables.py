"""``{{name}}`` in files of Postman, Insomnia and REST clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\{\{\s*(?:_\.)?([\w.$-]+)[^{}\n]{0,200}\}\}")
_ROUNDS = 5  # of variables that hold variables
_LONGEST = 1_000_000
VARIABLE_LEFT = "A variable, {{...}}, stands in what decides the verdict; its value is not in the file."


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put in the values that are known; what is not stays as it is."""
    for _ in range(_ROUNDS):
        found = _VARIABLE.sub(lambda name: values.get(name[1], name[0]), text)
        if found == text or len(found) > _LONGEST:
            break
        text = found
    return text
