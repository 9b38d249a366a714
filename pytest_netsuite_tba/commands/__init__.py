"""The commands of ``netsuite-tba``, a module each; ``shell.py`` and ``hosting.py`` have what several need."""
