"""How a client may have signed a ``tokenPassport``: the same kind of pipeline as for the header, with SOAP's stages."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import percent_encode, to_bytes

from .choices import secrets
from .pipeline import Pipeline
from .stages import TEXT, Option, digests, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.facts import Secrets

    from .pipeline import Recipe

_FIELDS = ("account", "consumerKey", "token", "nonce", "timestamp")
_ORDER = "soap-base-string-wrong-order"

_JOINERS = ("%26", "+", ":", ",", "|", " ", "\n", "&amp;")

_FORMS = (
    Option(tuple(range(5))),
    *(
        wrong(chosen, _ORDER, cause=f"The fields were signed as {'&'.join(_FIELDS[at] for at in chosen)}.")
        for size in (5, 4)
        for chosen in itertools.permutations(range(5), size)
        if chosen != tuple(range(5)) and (size == len(_FIELDS) or list(chosen) == sorted(chosen))
    ),
)
_SEPARATORS = (
    Option("&"),
    *(
        wrong(by, _ORDER, cause=f"The fields were joined by {by!r}." if by else "The fields were joined by nothing.")
        for by in ("", ",", "|", " ", "\n", ";", ":", "-", "_", "+", "%26", "&amp;", ", ")
    ),
)
_ENCODINGS: tuple[Option, ...] = (
    Option((None, None)),
    wrong((percent_encode, None), _ORDER, cause="Each field was percent-encoded."),
    wrong((None, percent_encode), _ORDER, cause="The joined fields were percent-encoded."),
    wrong((str.lower, None), _ORDER, cause="The fields were signed in lower case."),
    wrong((str.upper, None), _ORDER, cause="The fields were signed in upper case."),
    wrong((None, lambda text: text + "\n"), _ORDER, cause="The base string ends with a line break."),
    wrong((None, lambda text: text + "&"), _ORDER, cause='The base string ends with "&".'),
)

# The key is not encoded either. {c} and {t} are the secrets, {k} and {i} the key and the id that go with them.
_KEYS = (
    ("{c}&{t}", (), ""),
    ("{c}&", ("key-consumer-secret-only",), ""),
    ("{c}", ("key-consumer-secret-only", "key-no-ampersand"), ""),
    ("{c}{t}", ("key-no-ampersand",), ""),
    ("{t}&{c}", ("key-swapped",), ""),
    ("{t}{c}", ("key-swapped",), ""),
    ("&{t}", ("key-swapped",), 'The key is "&" + token secret.'),
    ("{t}", ("key-swapped",), "The key is the token secret."),
    ("{t}&", ("key-swapped",), 'The key is token secret + "&".'),
    ("&", ("key-consumer-secret-only",), "Both secrets in the key are empty."),
    *((f"{{c}}{by}{{t}}", ("key-no-ampersand",), f"The secrets were joined by {by!r}.") for by in _JOINERS),
    *(
        (f"{{{first}}}&{{{second}}}", ("key-uses-ids",), "An id or a key stands in the place of a secret.")
        for first, second in ("ci", "ck", "kt", "it", "ki", "ik")
    ),
)


def _key(template: str) -> Callable[[Secrets], str]:
    return lambda s: template.format(c=s.consumer_secret, t=s.token_secret, k=s.consumer_key, i=s.token_id)


def _encoded_key(known: Secrets) -> str:
    return f"{percent_encode(known.consumer_secret)}&{percent_encode(known.token_secret)}"


KEYS = (
    *(Option(_key(template), mistakes, cause) for template, mistakes, cause in _KEYS),
    wrong(_encoded_key, "key-secrets-not-encoded", cause="The secrets were percent-encoded in the key."),
)


class PassportPipeline(Pipeline):
    """Makes what recipes make for one passport."""

    stages = ("account", "fields", "separator", "encoding", "secrets", "key", "digest", "text")

    def _options(self) -> dict[str, tuple[Option, ...]]:
        return {
            "account": self._accounts(),
            "fields": (*_FORMS, *self._of_oauth()),
            "separator": _SEPARATORS,
            "encoding": _ENCODINGS,
            "secrets": tuple(secrets(self.facts)),
            "key": KEYS,
            "digest": digests("sha256"),
            "text": tuple(map(_as_soap_calls_it, TEXT)),
        }

    def _accounts(self) -> tuple[Option, ...]:
        sent, right = self.facts.parameters.get("realm", ""), self.facts.account
        spellings = (sent, right.lower(), right.lower().replace("_", "-"), right.replace("_", "-"))
        return (
            Option(right),
            *(
                wrong(spelling, "soap-account-spelling", cause=f"The account was signed as {spelling[:80]!r}.")
                for spelling in dict.fromkeys(spellings)
                if spelling != right
            ),
        )

    def _of_oauth(self) -> list[Option]:
        """The base strings that OAuth 1.0 would make of this request."""
        request, sent = self.facts.request, self.facts.parameters
        names = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature_method")
        pairs = {name: sent.get(name, "") for name in names}
        options = []
        urls = dict.fromkeys((f"{request.scheme}://{request.host.lower()}{request.path}", request.url))
        for method, url, version in itertools.product(("POST", "GET"), urls, ({"oauth_version": "1.0"}, {})):
            joined = "&".join(sorted(f"{name}={percent_encode(value)}" for name, value in (pairs | version).items()))
            base = f"{method}&{percent_encode(url)}&{percent_encode(joined)}"
            cause = f"The base string is {method}, the URL {url[:120]} and the parameters, as OAuth 1.0 has it."
            options.append(wrong(base, "rest-base-string-for-soap", cause=cause))
        return options

    def base_string(self, recipe: Recipe) -> str:
        """The base string of a recipe."""
        chosen = self._value(recipe, "fields")
        if isinstance(chosen, str):
            return chosen
        signed = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp")
        values = (self._value(recipe, "account"), *(self.facts.parameters.get(name, "") for name in signed))
        inner, outer = self._value(recipe, "encoding")
        parts = [values[at] if inner is None else inner(values[at]) for at in chosen]
        joined: str = self._value(recipe, "separator").join(parts)
        return joined if outer is None else outer(joined)

    def signature(self, recipe: Recipe) -> str | None:
        """The signature of a recipe; None where its secrets are not known."""
        known = self._value(recipe, "secrets")
        if known is None:
            return None
        key = to_bytes(self._value(recipe, "key")(known))
        self.made += 1
        digest: bytes = self._value(recipe, "digest")(key, to_bytes(self.base_string(recipe)))
        text: str = self._value(recipe, "text")(digest)
        return text.strip()  # a line break round it is let pass


def _as_soap_calls_it(option: Option) -> Option:
    """A colon after the signature is copied from Oracle's sample of a passport."""
    return option._replace(mistakes=("soap-namespace-or-format",)) if "':'" in option.cause else option
