"""Client libraries that nobody here wrote; their own pins (httpx, oauthlib) need an environment of their own.

Install the dependency group ``clients`` to run them: without it they are not collected.
"""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("netsuitesdk") and find_spec("zeep") else ["test_*.py"]
