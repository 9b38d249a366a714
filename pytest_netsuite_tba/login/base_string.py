"""The base string as NetSuite makes it of a request (Oracle section_1534939551)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import decode_query, form_decode, percent_encode
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .request import SignedRequest

NOT_SIGNED = frozenset({"realm", "oauth_signature"})


def expected_base_string(
    request: SignedRequest, oauth_parameters: Iterable[tuple[str, str]], *, parameter_order: str = "rfc5849"
) -> str:
    """The base string that the client must have signed.

    ``oauth_parameters`` are the decoded pairs of the Authorization header. Those of the query string, and of a
    form body, are added here; a JSON, XML or text body is never signed. ``parameter_order`` is
    ``Behaviour.parameter_order``.
    """
    signed = [pair for pair in oauth_parameters if pair[0] not in NOT_SIGNED]
    if parameter_order == "rfc5849":
        sent = request.query_parameters + decode_query(request.form) if request.form else request.query_parameters
        parameters = parameter_string(signed + [pair for pair in sent if pair[0] != "oauth_signature"])
    else:
        signed += _split_as_oracle_does(request.query) + _split_as_oracle_does(request.form)
        parameters = _join_as_oracle_does(signed)
    return base_string(request.method, base_uri(request.scheme, request.host, request.path), parameters)


def _split_as_oracle_does(query: str) -> list[tuple[str, str]]:
    """Split like the PHP sample: on every ``=``, so that a value ends at a second one."""
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, value, *_ = [*pair.split("="), ""]
            pairs.append((form_decode(name), form_decode(value)))
    return pairs


def _join_as_oracle_does(pairs: list[tuple[str, str]]) -> str:
    """Sort like the PHP sample: before encoding, values of one name by number where both are numbers."""

    def order(pair: tuple[str, str]) -> tuple[str, bool, float, str]:
        name, value = pair
        number = value.isascii() and value.isdecimal()
        return name, not number, float(value) if number else 0.0, value

    return "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in sorted(pairs, key=order))
