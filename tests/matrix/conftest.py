"""--write-compatibility: what the run found becomes results.json, of which docs/generate.py makes the table."""

import json

from matrix.matrix import RESULTS, clients, results


def pytest_addoption(parser):
    parser.addoption(
        "--write-compatibility", action="store_true", help="write what the clients did to tests/matrix/results.json"
    )


def pytest_configure(config):
    if config.getoption("--write-compatibility", default=False) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer())


class Writer:
    """Writes what the tests recorded; under xdist, in the process that has the workers."""

    def __init__(self):
        self.found = {}

    def pytest_runtest_logreport(self, report):
        recorded = dict(report.user_properties).get("compatibility")
        if report.when == "call" and report.passed and recorded is not None:
            client, versions, way, outcomes = recorded
            self.found.setdefault(client, {"versions": versions})[way] = outcomes

    def pytest_sessionfinish(self):
        known = results() | self.found
        listed = {client.id: known[client.id] for client in clients() if client.id in known}
        RESULTS.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", "utf-8")
