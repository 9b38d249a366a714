"""Opens and sends the pages of the authorization flow, in-process."""

import re
from html import unescape
from urllib.parse import urlencode

from support.flow import APP, send

PATH = "/app/login/secure/authorizetoken.nl"


def fields_of(page):
    """The hidden fields of a page."""
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in pairs}


def opened(netsuite, token, *, base=APP, **more):
    return send(netsuite, "GET", f"{base}{PATH}?{urlencode({'oauth_token': token['oauth_token']} | more)}")


def submit(netsuite, page, *, base=APP, **fields):
    """Send a page's form back."""
    return send(
        netsuite,
        "POST",
        f"{base}{PATH}",
        data=urlencode(fields_of(page) | fields),
        content_type="application/x-www-form-urlencoded",
    )


def logged_in(netsuite, page, entity=None, **changed):
    entity = entity or netsuite.entity
    return submit(netsuite, page, **({"email": entity.email, "password": entity.password} | changed))
