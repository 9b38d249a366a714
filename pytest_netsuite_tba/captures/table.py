"""Every form that is read, a row each, in the order in which a text is asked: what is sure of itself comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    burp,
    cassette,
    command_lines,
    curl_log,
    dotnet,
    envelope,
    har,
    http_text,
    insomnia,
    java_log,
    node_request,
    php_log,
    postman,
    powershell,
    python_log,
    rest_file,
    ruby_log,
    wget_log,
)

if TYPE_CHECKING:
    from .capture import Reader

READERS: tuple[Reader, ...] = (
    # files
    har.READER,
    postman.READER,
    insomnia.JSON,
    cassette.JSON,
    node_request.JSON,
    burp.READER,
    insomnia.YAML,
    cassette.YAML,
    # logs, each by a mark of its own
    curl_log.TRACE,
    curl_log.VERBOSE,
    python_log.HTTP_CLIENT,
    python_log.AIOHTTP,
    ruby_log.READER,
    php_log.READER,
    java_log.WIRE,
    java_log.HEADERS,
    java_log.OK_HTTP,
    java_log.URL_CONNECTION,
    wget_log.READER,
    dotnet.READER,
    # source and command lines
    powershell.READER,
    node_request.FETCH,
    node_request.PRINTED,
    command_lines.READER,
    # HTTP as it is
    rest_file.READER,
    http_text.READER,
    # what has no URL
    envelope.READER,
    envelope.CONNECT,
)
