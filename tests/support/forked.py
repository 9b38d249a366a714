"""What a child process does, and how it ended; started by multiprocessing, it must be found by its name."""

from __future__ import annotations

import os
import signal
import traceback
from contextlib import contextmanager

import pytest
import requests

from pytest_netsuite_tba import NetSuiteServer

from .console_caller import ECHO

PATIENCE = 30  # seconds, after which a child that hangs is killed
NEEDS_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
FORKS = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what it is about


def forked(work):
    """Fork; the child does its work, and ends with status 0 where that returns nothing or True."""
    child = os.fork()
    if not child:
        status = 1
        try:
            signal.alarm(PATIENCE)
            status = 0 if work() in {None, True} else 2
        finally:  # a child ends here, whatever its work raises
            if status == 1:
                traceback.print_exc()
            os._exit(status)
    return child


def status_of(child):
    """How a child ended: 0 is well, below 0 is the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def living_child():
    """A child that does nothing until the block ends."""
    ours, its = os.pipe()

    def wait():
        os.close(its)
        os.read(ours, 1)

    child = forked(wait)
    try:
        yield
    finally:
        os.close(its)
        assert status_of(child) == 0
        os.close(ours)


def call_in_process(server):
    """Whether a signed client without a socket is let in."""
    return server.credentials.client().get(ECHO).status_code == 200


def call_parent_and_own(url, authorization):
    """Call the parent's server by its URL, and one of the child's own over a socket and without one."""
    signal.alarm(PATIENCE)
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{url}{ECHO}", headers={"Authorization": authorization}, timeout=PATIENCE).ok
        with NetSuiteServer() as own:
            header = own.credentials.authorization("GET", f"{own.url}{ECHO}")
            assert session.get(f"{own.url}{ECHO}", headers={"Authorization": header}, timeout=PATIENCE).ok
            assert call_in_process(own)
