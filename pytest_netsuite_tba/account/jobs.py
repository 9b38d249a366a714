"""Requests that web services answer later: what a client may ask for of each (Oracle chapter_161251386312)."""

from __future__ import annotations

from dataclasses import dataclass, field

_MOST_JOBS = 1_000
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Job:
    """One request.

    Attributes:
        id: a text of digits.
        key: its idempotency key, or ``""``.
        start, end: Unix seconds; the end is None until it is done.
        status, headers, body: its answer, once it is done.
    """

    id: str
    key: str
    start: float
    end: float | None = None
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class Jobs:
    """The newest jobs of an account: 1,000 at most, and 16 MiB of answers."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._last_id = 0

    def start(self, at: float, key: str = "") -> Job:
        """Start a job."""
        self._last_id += 1
        job = Job(id=str(self._last_id), key=key, start=at)
        self._jobs[job.id] = job
        return job

    def finish(self, job: Job, at: float, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Keep a job's answer; the oldest jobs go where there are too many."""
        job.end, job.status, job.headers, job.body = at, status, headers, body
        size = sum(len(kept.body) for kept in self._jobs.values())
        while len(self._jobs) > _MOST_JOBS or (size > _MOST_BYTES and len(self._jobs) > 1):
            size -= len(self._jobs.pop(next(iter(self._jobs))).body)

    def find(self, id: str) -> Job | None:
        """Find a job by its id."""
        return self._jobs.get(id)

    def find_key(self, key: str) -> Job | None:
        """Find the job of an idempotency key."""
        return next((job for job in self._jobs.values() if key and job.key == key), None)
