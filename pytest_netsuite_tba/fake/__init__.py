"""One fake NetSuite without a socket: a request in, an outcome out."""
