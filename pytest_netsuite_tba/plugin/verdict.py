"""The verdict on a test: what its requests did that it had not announced, and where that is told."""

from __future__ import annotations

import shutil
import sys
import traceback
from contextlib import suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

import pytest

from pytest_netsuite_tba.login.hiding import hider, hiding, secrets_of
from pytest_netsuite_tba.report import trail

from .marker import keywords_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.server.server import NetSuiteServer


class Verdict:
    """What is to be said of one test and of the server that it was given."""

    def __init__(self, item: pytest.Item, server: NetSuiteServer) -> None:
        self._server = server
        self._secrets = tuple(secrets_of(server.accounts.values()))  # as they were given: the records may change
        self._strict = keywords_of(item).get("strict", item.config.getini("netsuite_strict"))
        self._test = getattr(item, "originalname", item.name)
        self._frame: FrameType | None = None
        self._noted = ""
        self._has_raised = False
        self._is_over = False
        if item.config.getoption("usepdb", default=False) and sys.getprofile() is None:
            sys.setprofile(self._keep_frame)

    def _keep_frame(self, frame: FrameType, event: str, _: object) -> None:
        """Keep the frame of the test when it returns: a debugger stands in it if only the verdict fails the test."""
        if event == "return" and frame.f_code.co_name == self._test:
            self._frame = frame

    def end(self) -> None:
        """Say that the test is over; the reports that came before are those of its subtests."""
        self._is_over = True
        if sys.getprofile() == self._keep_frame:
            sys.setprofile(None)

    def judge(self, call: pytest.CallInfo[None]) -> None:
        """Fail a phase that passed; what one raised stands, and is told in a note on it.

        Required RESTlets are asked for where the test passed. One that skips itself is skipped, whatever it did.
        """
        self._noted = ""
        self._has_raised |= call.excinfo is not None
        if call.excinfo is None and not self._is_over and call.when != "teardown":
            return  # a subtest is judged with its test
        try:
            self._server.verify(required=call.when == "call" and not self._has_raised, strict=self._strict)
        except AssertionError as found:
            said, told, where = str(found), f"{found}{_traceback(found.__cause__)}", found.__traceback__
            told = hider(self._server.accounts)(told)
        else:
            return
        if call.excinfo is None:
            if self._frame is not None:
                where = TracebackType(None, self._frame, self._frame.f_lasti, self._frame.f_lineno)
            failure = pytest.fail.Exception(told, pytrace=False).with_traceback(where)
            call.excinfo = pytest.ExceptionInfo.from_exception(failure)
        elif not isinstance(call.excinfo.value, pytest.skip.Exception):
            self._noted = told
            with suppress(AttributeError):  # a frozen dataclass takes no note; the section tells it too
                call.excinfo.value.add_note(said)

    def sections(self) -> list[tuple[str, str]]:
        """What stands below a failed test's own lines: title and text of each section."""
        columns = shutil.get_terminal_size().columns
        noted = [(trail.UNANNOUNCED, self._noted)] if self._noted else []
        return [
            *noted,
            (trail.TITLE, trail.render_trail(self._server.audit_trail, width=columns, requests=len(self._server.log))),
        ]

    def hide_secrets(self, report: pytest.TestReport) -> None:
        """Take the secrets of the server out of what is told of the test: values of its frames, diffs, what it printed."""
        known = self._secrets
        with suppress(AttributeError, TypeError, ValueError):  # a test broke the records
            known = (*known, *secrets_of(self._server.accounts.values()))
        hide = hiding(known).text
        for part in ("longrepr", "sections"):
            setattr(report, part, _without(getattr(report, part), hide))


def _without(value: object, hide: Callable[[str], str]) -> object:
    """Hide in a text, in each item of a list, and in each part of what pytest writes a traceback from."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list | tuple):
        return type(value)([_without(item, hide) for item in value])
    if hasattr(value, "toterminal"):
        for name, part in vars(value).items():
            setattr(value, name, _without(part, hide))
    return value


def _traceback(raised: BaseException | None) -> str:
    """Print an exception without the values of its frames, some of which are secrets; "" for none."""
    while raised is not None and raised.__traceback__ is None:
        raised = raised.__cause__  # it was never raised itself: it says behind which request the original stood
    return "" if raised is None else f"\n\n{''.join(traceback.format_exception(raised))}".rstrip()
