"""The commands of ``netsuite-tba``, a module each; what they share is in ``shell.py``."""
