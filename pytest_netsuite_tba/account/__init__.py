"""The records an administrator keeps. No HTTP."""
