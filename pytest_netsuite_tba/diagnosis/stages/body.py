"""The body: what of it may have been signed."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING

from pytest_netsuite_tba.diagnosis.options import VARIANT, Option, Pair, split, wrong
from pytest_netsuite_tba.oauth1.encoding import form_decode, to_text, without_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_netsuite_tba.diagnosis.options import Case

    Change = Callable[[Sequence[Pair]], Sequence[Pair]]

_JAVASCRIPT_EXPONENT = 1e21  # from there on JavaScript writes a number with an exponent
_MOST_MEMBERS = 200
_SIGNED = "json-body-as-params"
_JSON_AS_FORM = (
    "The body looks like JSON, but its Content-Type is application/x-www-form-urlencoded (curl -d sends that one where "
    "none is named): so it is a form, whose fields are signed."
)
_NAMES = ("body", "data", "json", "payload", "params")


def _json_value(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _as_javascript(value: object) -> str:
    """Spell a value as a JavaScript library does that makes it a parameter."""
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else _as_javascript(item) for item in value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _JAVASCRIPT_EXPONENT:
        return str(int(value))
    return str(value)


def _as_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _as_spaced_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _as_php(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "1" if value else ""
    return "Array" if isinstance(value, dict | list) else str(value)


_SPELLINGS: tuple[Callable[[object], str], ...] = (_as_javascript, _as_json, _as_spaced_json, str, _as_php)


def _member(name: str, value: str) -> Pair:
    return Pair(without_lone_surrogates(name), without_lone_surrogates(value), "more")


def _leaves(value: object, name: str, form: str) -> Iterator[Pair]:
    """Members of members, as frameworks flatten them: ``a[b]``, ``a.b``, ``a[0]``."""
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _leaves(member, form.format(name=name, key=key) if name else str(key), form)
    else:
        yield _member(name, _as_javascript(value))


def _too(*pairs: Pair) -> Change:
    return lambda sent: [*sent, *pairs]


def bodies(case: Case) -> list[Option]:
    """What of the body may have been signed; None is what is right."""
    if case.form:
        return [
            Option(None),
            wrong(_without_form, "form-body-not-signed", cause=_JSON_AS_FORM if isinstance(_json_value(case.body), dict | list) else ""),
            wrong(_form_twice, "signed-twice", cause="The form was signed twice."),
            wrong(_form_as_one(case.request.form), "query-as-one-parameter", share=VARIANT,
                cause="The whole form was signed as the name of one parameter."),
            wrong(_form_as_one(form_decode(case.request.form)), "query-as-one-parameter", share=VARIANT,
                cause="The whole decoded form was signed as the name of one parameter."),
            wrong(lambda pairs: [pair for pair in pairs if pair.source != "query"], "query-not-signed",
                cause="The form was signed, the query string was not.", share=VARIANT),
            *_hashes(case),
        ]  # fmt: skip
    if not case.request.body:
        return [Option(None), *_hashes(case)]
    return [Option(None), *_as_parameters(case), *_hashes(case)]


def _without_form(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.source != "form"]


def _form_twice(pairs: Sequence[Pair]) -> list[Pair]:
    return [*pairs, *(pair for pair in pairs if pair.source == "form")]


def _form_as_one(form: str) -> Change:
    return lambda pairs: [*_without_form(pairs), Pair(form, "", "form")]


def _as_parameters(case: Case) -> list[Option]:
    body = case.body
    if not body:
        return []
    value, text = _json_value(body), to_text(body)
    members = value if isinstance(value, dict) and len(value) <= _MOST_MEMBERS else {}
    spellings = {tuple(_member(name, spell(member)) for name, member in members.items()): None for spell in _SPELLINGS}
    for form in ("{name}[{key}]", "{name}.{key}"):
        leaves = tuple(pair for pair, _ in zip(_leaves(members, "", form), range(_MOST_MEMBERS), strict=False))
        spellings.setdefault(leaves)
    options = [
        wrong(_too(*pairs), _SIGNED, cause="The members of the JSON body were signed.", share=1 if number == 0 else 0.2)
        for number, pairs in enumerate(pairs for pairs in spellings if pairs)
    ]
    texts = dict.fromkeys((text, *_written_again(value)))
    for number, spelt in enumerate(texts):
        share = 0.3 if number == 0 else 0.05
        again = "" if number == 0 else ", written again by another library,"
        options.append(
            wrong(_too(Pair(spelt, "", "more")), _SIGNED, cause=f"The body{again} was signed as a name.", share=share)
        )
        options += [
            wrong(
                _too(Pair(name, spelt, "more")),
                _SIGNED,
                cause=f"The body{again} was signed as parameter {name!r}.",
                share=share,
            )
            for name in (*_NAMES, "")
        ]
    if "=" in text:
        pairs = tuple(Pair(name, value, "more") for name, value in split(text))
        options.append(wrong(_too(*pairs), _SIGNED, cause="The body was signed as if it were a form.", share=0.3))
    return options


def _written_again(value: object) -> list[str]:
    if value is None:
        return []
    compact = without_lone_surrogates(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    return [compact, json.dumps(value, separators=(",", ":")), json.dumps(value)]


def _hashes(case: Case) -> list[Option]:
    """oauth_body_hash, signed and not in the header; a long body has no other option."""
    if "oauth_body_hash" in case.sent:
        return []
    return [
        wrong(
            _too(Pair("oauth_body_hash", b64encode(hashlib.new(name, case.request.body).digest()).decode(), "header")),
            "empty-extras-signed", cause="An oauth_body_hash was signed that is not in the header.",
            share=0.5 if case.request.body else 0.1,
        )
        for name in ("sha1", "sha256")
    ]  # fmt: skip
