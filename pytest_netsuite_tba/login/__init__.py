"""May this request in? Values in, values out: no socket, no framework, no global clock."""
