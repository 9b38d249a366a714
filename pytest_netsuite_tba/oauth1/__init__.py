"""OAuth 1.0 as RFC 5849 writes it: strings in, strings out. No NetSuite, no HTTP library, no clock."""
