"""What a record's field may hold, said once: its text, its type and its default.

The same declaration checks an assignment, reads ``account.toml``, and writes the
table in the docs and the JSON Schema.
"""

from __future__ import annotations

import copy
import dataclasses
import difflib
import types
import weakref
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from pytest_netsuite_tba.oauth1.encoding import without_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable


class RecordError(ValueError):
    """A record was given a value that it cannot hold.

    Attributes:
        where: the record and field, as ``Role.web_services_only``.
        value: the offending value; ``None`` where it is a secret.
        expected: what is valid, in words.
        hint: the same as half a sentence, ``expected ...`` or ``did you mean ...?``.
    """

    def __init__(self, where: str, value: object, expected: str, *, secret: bool = False) -> None:
        self.where = where
        self.value = None if secret else value
        self.expected = expected
        self.hint = expected if expected.startswith(("did you mean ", "valid: ")) else f"expected {expected}"
        super().__init__(f"{where}: {'the value' if secret else repr(value)} is not valid; {self.hint}")


def nearest(name: object, valid: Iterable[object]) -> str:
    """Say which valid names there are, the nearest first: ``did you mean 'x'? valid: 'x', 'y'``."""
    names = list(valid)
    close = difflib.get_close_matches(str(name).lower(), [str(choice).lower() for choice in names], n=1, cutoff=0.5)
    hint = next((f"did you mean {choice!r}? " for choice in names if close and str(choice).lower() == close[0]), "")
    return f"{hint}valid: {', '.join(repr(choice) for choice in names) or 'none'}"


def setting(
    doc: str,
    *,
    default: object = dataclasses.MISSING,
    factory: object = dataclasses.MISSING,
    secret: bool = False,
    key: str | None = None,
    seed: bool = True,
    minimum: int | None = None,
) -> Any:  # noqa: ANN401  (of any other type, mypy would refuse it as the default in ``name: str = setting(...)``)
    """Declare a field of a record.

    Args:
        doc: one sentence for the docs.
        default: its value when omitted.
        factory: makes that value, as in :func:`dataclasses.field`.
        secret: keep it out of every repr and message.
        key: its name in ``account.toml`` where that differs.
        seed: whether ``account.toml`` may set it.
        minimum: the least that a number may be.
    """
    given = {} if default is dataclasses.MISSING else {"default": default}
    if factory is not dataclasses.MISSING:
        given["default_factory"] = factory
    metadata = {"doc": doc, "secret": secret, "key": key, "seed": seed, "minimum": minimum}
    field: Any = dataclasses.field
    return field(repr=not secret, metadata=metadata, **given)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One declared field, its type resolved."""

    name: str
    key: str
    hint: Any
    doc: str
    secret: bool
    seed: bool
    minimum: int | None
    default: object

    @property
    def required(self) -> bool:
        """Whether the field has no default."""
        return self.default is dataclasses.MISSING


_RULES: dict[type, dict[str, FieldRule]] = {}


def rules_of(record: type[Any]) -> dict[str, FieldRule]:
    """Look up the rules of a record class by field name, in the order declared; read once a class."""
    if record in _RULES:
        return _RULES[record]
    hints = get_type_hints(record)
    rules = {}
    for field in dataclasses.fields(record):
        default: object = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory
        rules[field.name] = FieldRule(
            name=field.name, key=field.metadata.get("key") or field.name, hint=hints[field.name],
            doc=field.metadata.get("doc", ""), secret=field.metadata.get("secret", False),
            seed=field.metadata.get("seed", False), minimum=field.metadata.get("minimum"), default=default,
        )  # fmt: skip
    _RULES[record] = rules
    return rules


# What most fields hold; deepcopy() takes its time over each.
_IMMUTABLE = frozenset({str, bool, int, float, types.NoneType})


class _Changes:
    """Tells whether any text of a record has changed, so that what was made of keys and secrets is known to hold still.

    Attributes:
        latest: another object after each change.
    """

    latest: object = None

    def note(self) -> None:
        """Note that a record has changed: after it has, never before."""
        self.latest = object()


CHANGES = _Changes()


R_contra = TypeVar("R_contra", contravariant=True)


class Holder(Protocol[R_contra]):
    """What finds records by their fields, and is told when one of them changes."""

    def renew(self, record: R_contra) -> None:
        """Find ``record`` by what it is now."""


_Holders = tuple[weakref.ref[Holder[Any]], ...]


class Record:
    """Base of the records: an assignment is checked at once, in the constructor and after it.

    Attributes:
        holders: the tables that it is found in, weakly; no field, and no part of a copy.
    """

    __slots__ = ("holders",)
    holders: _Holders

    def __setattr__(self, name: str, value: object) -> None:
        """Set a declared field.

        Raises:
            AttributeError: there is no such field; the message names the nearest.
            RecordError: the field cannot hold ``value``.
        """
        kind: Any = type(self)  # mypy takes a class for as unhashable as its instances
        rules = rules_of(kind)
        rule = rules.get(name)
        if rule is None:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}; {nearest(name, rules)}")
        if value is not rule.default:
            where = f"{type(self).__name__}.{name}"
            value = fit(value, rule.hint, where, secret=rule.secret)
            if rule.minimum is not None and isinstance(value, int) and value < rule.minimum:
                raise RecordError(where, value, f"a whole number from {rule.minimum}")
        object.__setattr__(self, name, value)
        for reference in getattr(self, "holders", ()):
            holder = reference()
            if holder is not None:
                holder.renew(self)
        if not isinstance(value, int | float):  # a box, or a count of failed logins
            CHANGES.note()

    def __getstate__(self) -> dict[str, Any]:
        """What a shallow copy and a pickle are made of: the fields alone."""
        kind: Any = type(self)
        return {name: getattr(self, name) for name in rules_of(kind)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over fields that were checked when they were set."""
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy field by field; what was checked when it was set is not checked again."""
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        kind: Any = type(self)
        for name in rules_of(kind):
            value = getattr(self, name)
            if type(value) is set:  # of texts or numbers
                value = set(value)
            elif type(value) not in _IMMUTABLE:
                value = copy.deepcopy(value, memo)
            object.__setattr__(twin, name, value)
        return twin


def without_none(hint: object) -> object:
    """Strip None off ``X | None``, which a file can only omit; any other type stays as it is."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if type(None) in get_args(hint) and len(kinds) == 1 else hint


def fit(value: object, hint: object, where: str, *, secret: bool = False) -> object:
    """Fit ``value`` to the type ``hint``: a list becomes the set or tuple that is wanted.

    Raises:
        RecordError: it does not fit; a secret is not shown.
    """
    origin = get_origin(hint)
    if origin in {set, tuple, list} and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            fit(item, get_args(hint)[0], where, secret=secret)
        return value if origin is list and isinstance(value, list) else origin(value)
    if isinstance(value, str) and without_lone_surrogates(value) != value:
        raise RecordError(where, value, "a text of whole characters: a lone surrogate stands for none", secret=secret)
    if not _fits(value, hint, origin):
        expected = nearest(value, get_args(hint)) if origin is Literal and isinstance(value, str) else expectation(hint)
        raise RecordError(where, value, expected, secret=secret)
    return value


def _fits(value: object, hint: object, origin: object) -> bool:
    if hint is Any or hint is object:
        return True
    if origin in {Union, types.UnionType}:
        return any(_fits(value, kind, get_origin(kind)) for kind in get_args(hint))
    if origin is Literal:
        return any(value == allowed and type(value) is type(allowed) for allowed in get_args(hint))
    if hint is int or hint is float:
        return isinstance(value, (int, float) if hint is float else int) and not isinstance(value, bool)
    plain = hint if origin is None else origin
    return isinstance(value, plain) if isinstance(plain, type) else True


def expectation(hint: object) -> str:
    """Say in words what a type admits, in the terms of ``account.toml``."""
    origin = get_origin(hint)
    if origin is Literal:
        return "one of " + ", ".join(repr(allowed) for allowed in get_args(hint))
    if origin in {Union, types.UnionType}:
        return " or ".join(expectation(kind) for kind in get_args(hint) if kind is not type(None))
    if origin in {set, tuple, list}:
        item = expectation(get_args(hint)[0])
        return f"a list of {item.removeprefix('a ')}s"
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    if isinstance(hint, type):
        return words.get(hint, f"{'an' if hint.__name__[0] in 'AEIOU' else 'a'} {hint.__name__}")
    return str(hint)
