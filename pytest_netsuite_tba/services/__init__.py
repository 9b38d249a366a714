"""NetSuite's hosts, one module a service, on werkzeug's requests and responses."""
