"""Sphinx: ``python -m sphinx -W -b html docs docs/_build``."""

project = "pytest-netsuite-tba"
author = "The pytest-netsuite-tba founders"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
exclude_patterns = ["_build"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository
