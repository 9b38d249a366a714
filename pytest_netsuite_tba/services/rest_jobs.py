"""``Prefer: respond-async``: a job now, its answer when it is asked for (Oracle chapter_161251386312)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .reply import Reply
from .rest_replies import ROOT, error, resource, self_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.account.jobs import Job
    from pytest_netsuite_tba.account.web_services import Fields

    from .rest_call import RestCall

RESPOND_ASYNC = "respond-async"
JOBS = f"{ROOT}async/v1/job/"
_TASK = "1"  # a job of ours has one task
_KEY = "x-netsuite-idempotency-key"
_LONGEST_KEY = 200


def submit(call: RestCall, answer: Callable[[], Reply]) -> Reply:
    """Answer 202, and keep the answer that ``answer`` gives for whoever asks for the job.

    The request is executed at once: a test that looks into the store afterwards finds it done. An idempotency key that
    a job has is refused, and that job named (Oracle subsect_164494900632).
    """
    key = call.request.header(_KEY)[:_LONGEST_KEY]
    jobs, clock = call.records.jobs, call.account.clock
    with call.account.lock:
        former = jobs.find_key(key)
        job = former or jobs.start(clock.now(), key)
    if former is not None:
        call.problem = f"The idempotency key is that of job {former.id}."
        reply = error("IDEMPOTENCY_ERROR")
    else:
        done = answer()
        body = done.body if isinstance(done.body, bytes) else b"".join(done.body)
        with call.account.lock:
            jobs.finish(job, clock.now(), done.status, done.headers, body)
        reply = Reply.of(b"", "application/json", status=202)
    reply.headers += [("Preference-Applied", RESPOND_ASYNC), ("Location", f"{call.base}{JOBS}{job.id}")]
    return reply


def job(call: RestCall, id: str) -> Reply:
    """Tell how far a job is (Oracle subsect_161278579295)."""
    found = call.records.jobs.find(id)
    if found is None:
        return _no_such_job(call, id)
    here = f"{call.base}{JOBS}{found.id}"
    value = {"links": [self_link(here)], **_progress(found), "task": {"links": [self_link(f"{here}/task")]}}
    return resource("singular", value)


def tasks(call: RestCall, id: str) -> Reply:
    """List the tasks of a job (Oracle subsect_161252896355)."""
    found = call.records.jobs.find(id)
    if found is None:
        return _no_such_job(call, id)
    here = f"{call.base}{JOBS}{found.id}/task"
    return call.page([_TASK], lambda task_id: {"links": [self_link(f"{here}/{task_id}")], "id": task_id})


def task(call: RestCall, id: str, task: str) -> Reply:
    """Tell how far a task is, and where its result is (Oracle subsect_161252896355)."""
    found = call.records.jobs.find(id)
    if found is None or task != _TASK:
        return _no_such_job(call, id)
    here = f"{call.base}{JOBS}{found.id}/task/{task}"
    times = {"startTime": _written(found.start)} | ({} if found.end is None else {"endTime": _written(found.end)})
    links = [{"rel": "related", "href": f"{here}/result"}, self_link(here)]
    return resource("singular", {"links": links, **_progress(found), "id": task, **times})


def result(call: RestCall, id: str, task: str) -> Reply:
    """Give the answer that the request would have got at once (Oracle subsect_161252889998)."""
    found = call.records.jobs.find(id)
    if found is None or task != _TASK or found.end is None:
        return _no_such_job(call, id)
    return Reply(status=found.status, headers=list(found.headers), body=found.body)


def _progress(found: Job) -> Fields:
    succeeded = "succeeded" if found.status < 400 else "failed"  # noqa: PLR2004  (RFC 9110 section 15: from 400 on it is an error)
    done = found.end is not None
    return {"completed": done, "id": found.id, "progress": succeeded if done else "pending"}


def _no_such_job(call: RestCall, id: str) -> Reply:
    call.problem = f"There is no job {id[:80]}, or no such task or result of it."
    return error("NONEXISTENT_ID")


def _written(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
