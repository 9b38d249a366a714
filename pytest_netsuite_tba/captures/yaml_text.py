"""YAML documents, with PyYAML where it is installed."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from .capture import CaptureError

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 5_000_000  # characters: what is pure Python reads some 100,000 a second


def looks_like(mark: str) -> Callable[[str], object]:
    """Recognise a YAML file by a line of it; JSON is none."""
    compiled = re.compile(mark, re.MULTILINE)
    return lambda text: not text.lstrip().startswith(("{", "[", "<")) and compiled.search(text)


def yaml_of(text: str, form: str) -> Any:  # noqa: ANN401  (of a file)
    """The value of a YAML document, made of plain values only.

    Raises:
        CaptureError: PyYAML is not installed, or the text is no YAML of plain values.
    """
    try:
        yaml = importlib.import_module("yaml")  # no dependency of ours: whoever has such files has it
    except ImportError:
        raise CaptureError(
            f"{form} is YAML, which is read where PyYAML is installed: pip install pyyaml; or save it as JSON"
        ) from None
    if len(text) > _LONGEST:
        raise CaptureError(f"the YAML has {len(text)} characters; at most {_LONGEST} are read")
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f"line {mark.line + 1}: "
        raise CaptureError(
            f"{where}the YAML cannot be read: {getattr(error, 'problem', None) or type(error).__name__}"
        ) from None
    except (RecursionError, ValueError) as error:
        raise CaptureError(f"the YAML cannot be read: {type(error).__name__}") from None
