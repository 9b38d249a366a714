"""The authorize page as HTML: one self-contained document a step, which needs no JavaScript."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE_PATH = "/app/login/secure/authorizetoken.nl"

_STYLE = Markup("""
:root { color-scheme: light dark; --page: #eef1f5; --card: #ffffff; --text: #1c2733; --soft: #55626f; --line: #b9c3cd;
  --act: #1f5f8b; --on-act: #ffffff; --bad: #a32020; --bad-page: #fdeeee; --focus: #b35c00; }
@media (prefers-color-scheme: dark) { :root { --page: #12181f; --card: #1c252e; --text: #e8edf2; --soft: #a5b1bd;
  --line: #4a5763; --act: #7fc0ee; --on-act: #0c1a25; --bad: #ffb4ab; --bad-page: #3a1d1c; --focus: #ffb86b; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 27rem; margin: 0 auto; padding: 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
.brand { margin: 0 0 .25rem; font-weight: 600; }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
form { margin: 0 0 1.25rem; }
main > :last-child { margin-bottom: 0; }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
input:not([type=radio]) { width: 100%; margin: 0 0 1rem; padding: .55rem .65rem; font: inherit; color: inherit;
  background: var(--page); border: 1px solid var(--soft); border-radius: .3rem; }
fieldset { margin: 0 0 1.25rem; padding: .25rem .9rem .75rem; border: 1px solid var(--line); border-radius: .3rem; }
legend { padding: 0 .35rem; font-weight: 600; }
.role { display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; align-items: start; margin: .6rem 0 0; }
.role input { margin: .35rem 0 0; }
.role label { margin: 0; font-weight: 400; }
.role input:disabled + label { color: var(--soft); }
.role p { grid-column: 2; margin: 0; }
.soft, footer { color: var(--soft); font-size: .875rem; }
.error { padding: .6rem .8rem; color: var(--bad); background: var(--bad-page); border-left: .25rem solid; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; }
button { padding: .55rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: .3rem;
  color: var(--on-act); background: var(--act); border: 1px solid var(--act); }
button.second { color: var(--text); background: transparent; border-color: var(--soft); }
:focus-visible { outline: .2rem solid var(--focus); outline-offset: .15rem; }
footer { max-width: 27rem; margin: 1rem auto 0; padding: 0 1.75rem; }
""")
_STYLE_HASH = base64.b64encode(hashlib.sha256(str(_STYLE).encode()).digest()).decode()
PAGE_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - fake NetSuite</title>
<style>{style}</style>
</head>
<body>
<main>
<p class="brand soft">Fake NetSuite</p>
<h1>{title}</h1>
{error}{content}
</main>
<footer>
<p>This is not NetSuite. It is a fake for tests, made by pytest-netsuite-tba: never type a real password here.</p>
</footer>
</body>
</html>
""")
_ERROR = Markup('<p class="error" role="alert">{}</p>\n')
_FORM = Markup("""<form method="post" action="{path}">
<input type="hidden" name="oauth_token" value="{token}">
<input type="hidden" name="form" value="{form}">
{fields}
</form>""")
_LOG_IN = Markup("""<p><strong>{application}</strong> asks for access{where}. Log in to decide.</p>
{form}""")
_LOG_IN_FIELDS = Markup("""<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" value="{email}" required{focus_email}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{focus_password}>
<div class="actions"><button type="submit">Log in</button></div>""")
_CONSENT = Markup("""<p><strong>{application}</strong> asks for access to NetSuite data in your name, {user}.</p>
{form}
<p class="soft">Either way you are sent on to <strong>{callback}</strong>.</p>""")
_ROLE = Markup("""<div class="role">
<input type="radio" name="role" id="role{number}" value="{value}"{described}{state} required>
<label for="role{number}">{label}</label>
{why}</div>""")
_WHY = Markup('<p class="soft" id="why{number}">{why}</p>\n')
_ROLES = Markup("""<fieldset>
<legend>Role</legend>
{roles}
</fieldset>
""")
_ALLOW = Markup('<button type="submit" name="decision" value="allow">Allow</button>\n')
_DECIDE = Markup("""<div class="actions">
{allow}<button type="submit" class="second" name="decision" value="deny" formnovalidate>Deny</button>
</div>""")
_CODE = Markup("""<p>The role <strong>{role}</strong> requires two-factor authentication.</p>
{form}""")
_CODE_FIELDS = Markup("""<label for="code">One-time code, six digits</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required autofocus>
<div class="actions"><button type="submit">Allow</button></div>""")
_FOCUS = Markup(" autofocus")


class RoleOption:
    """One role on the consent page: its ``value`` in the form, its ``label``, and ``why`` it cannot be chosen."""

    __slots__ = ("label", "value", "why")

    def __init__(self, value: str, label: str, why: str | None) -> None:
        self.value = value
        self.label = label
        self.why = why


def log_in(*, token: str, form: str, application: str, company: str, email: str = "", error: str = "") -> str:
    """The log-in page; ``company`` is ``""`` where the log-in is to tell."""
    retry = bool(email)
    fields = _LOG_IN_FIELDS.format(
        email=email, focus_email="" if retry else _FOCUS, focus_password=_FOCUS if retry else ""
    )
    where = f" to {company}" if company else ""
    content = _LOG_IN.format(application=application, where=where, form=_form(token, form, fields))
    return page("Log in", content, error)


def consent(
    *,
    token: str,
    form: str,
    application: str,
    user: str,
    callback: str,
    roles: Sequence[RoleOption],
    chosen: str,
    error: str = "",
) -> str:
    """The page with the roles, Allow and Deny; ``chosen`` is the value of the role picked already."""
    usable = any(role.why is None for role in roles)
    fields = _ROLES.format(roles=_join(_role(number, role, chosen) for number, role in enumerate(roles, 1)))
    if not usable:
        error = error or "None of your roles may have a token."
    fields += _DECIDE.format(allow=_ALLOW if usable else "")
    content = _CONSENT.format(application=application, user=user, callback=callback, form=_form(token, form, fields))
    return page("Allow access?", content, error)


def code(*, token: str, form: str, role: str, error: str = "") -> str:
    """The page that asks for the one-time code of a two-factor role."""
    return page("One-time code", _CODE.format(role=role, form=_form(token, form, _CODE_FIELDS)), error)


def notice(title: str, text: str) -> str:
    """A page that only says something."""
    return page(title, Markup("<p>{}</p>").format(text))


def page(title: str, content: str | Markup, error: str = "") -> str:
    """Compose a whole document; what is not Markup is escaped."""
    return str(_PAGE.format(title=title, style=_STYLE, error=_ERROR.format(error) if error else "", content=content))


def _form(token: str, form: str, fields: Markup) -> Markup:
    return _FORM.format(path=PAGE_PATH, token=token, form=form, fields=fields)


def _role(number: int, option: RoleOption, chosen: str) -> Markup:
    state = Markup(" disabled") if option.why else Markup(" checked") if option.value == chosen else ""
    return _ROLE.format(
        number=number, value=option.value, label=option.label, state=state,
        described=Markup(' aria-describedby="why{}"').format(number) if option.why else "",
        why=_WHY.format(number=number, why=option.why) if option.why else "",
    )  # fmt: skip


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(parts)
