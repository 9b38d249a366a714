"""A fake NetSuite that verifies Token-Based Authentication by the real rules."""
