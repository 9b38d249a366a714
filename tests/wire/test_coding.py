"""Bodies that were packed by gzip: within the limit whatever they were packed from."""

import gzip
import zlib
from functools import partial

import pytest

from pytest_netsuite_tba.wire.coding import unpacked
from pytest_netsuite_tba.wire.message import BadRequestError

packed_as_gzip = partial(gzip.compress, mtime=0)  # the same bytes in every process that collects the tests
PLAIN = b'{"a":"b"}'
LIMIT = 1_000


@pytest.mark.parametrize(
    ("body", "coding", "plain"),
    [
        (packed_as_gzip(PLAIN), "gzip", PLAIN),
        (packed_as_gzip(PLAIN), "X-GZip ", PLAIN),
        (packed_as_gzip(b"a" * LIMIT), "gzip", b"a" * LIMIT),
        (packed_as_gzip(b""), "gzip", b""),
        (packed_as_gzip(PLAIN) + packed_as_gzip(PLAIN), "gzip", PLAIN * 2),
        (b"", "gzip", b""),
        (PLAIN, "", PLAIN),
        (PLAIN, "identity", PLAIN),
        (packed_as_gzip(PLAIN), "gzip, identity", PLAIN),
        (packed_as_gzip(packed_as_gzip(PLAIN)), "gzip,x-gzip", PLAIN),
        (PLAIN, "gzip, br", PLAIN),
        (zlib.compress(PLAIN), "deflate", zlib.compress(PLAIN)),
    ],
)
def test_a_packed_body_is_unpacked(body, coding, plain):
    """gzip alone, by both of its names (RFC 9110 section 8.4.1.3); what is of another coding stays as it came."""
    assert plain == unpacked(body, coding, LIMIT)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (packed_as_gzip(b"a" * (LIMIT + 1)), 413, "the body is longer than 1000 bytes once it is unpacked"),
        (packed_as_gzip(b"a" * 100_000_000), 413, "the body is longer than 1000 bytes once it is unpacked"),
        (packed_as_gzip(b"a" * 600) * 2, 413, "the body is longer than 1000 bytes once it is unpacked"),
        (packed_as_gzip(b"") * 100_000, 400, "the body has more than 16 members of gzip"),
        (packed_as_gzip(PLAIN)[:-4], 400, "the body ends in the middle of its gzip"),
        (packed_as_gzip(PLAIN) + b"rest", 400, "the body is not the gzip that its Content-Encoding says"),
        (PLAIN, 400, "the body is not the gzip that its Content-Encoding says"),
    ],
    ids=["one-too-many", "bomb", "two-members", "empty-members", "cut", "rest", "plain"],
)
def test_a_body_that_is_no_gzip_or_too_long_is_refused(body, status, reason):
    """No more is unpacked than the limit says, and no more members than clients send."""
    with pytest.raises(BadRequestError) as caught:
        unpacked(body, "gzip", LIMIT)

    assert (status, reason) == (caught.value.malformed.status, caught.value.malformed.reason)


def test_a_body_is_unpacked_twice_at_most():
    """However often its header says so."""
    with pytest.raises(BadRequestError, match="packed more than 2 times"):
        unpacked(packed_as_gzip(PLAIN), ", ".join(["gzip"] * 1_000), LIMIT)
