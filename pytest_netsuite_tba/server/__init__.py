"""The server: WSGI round the core, behind a listener, with a pytest-httpserver for what the core leaves unanswered."""
