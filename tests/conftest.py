"""The plugin is tested as its users run it: through pytest's own pytester."""

pytest_plugins = ["pytester", "support.chromium", "support.console_caller"]
