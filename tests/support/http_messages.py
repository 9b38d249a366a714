"""Messages that look like HTTP requests, mostly well-formed; and what our reader takes them for."""

import random
import re
from dataclasses import replace

from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.message import BadRequestError, encode
from pytest_netsuite_tba.wire.reader import Reader

FRAMING = {b"content-length", b"transfer-encoding"}  # h11 rewrites them; the body says whether they were understood


def request(method, target, headers, body):
    kept = [(name.lower(), value.strip(b" \t")) for name, value in headers if name.lower() not in FRAMING]
    return method, target, kept, body


def by_ours(data, pieces=None):
    """The requests that ours takes, each with its own bytes; then what is left, and the Malformed where it is refused.

    ``pieces``: the same bytes as they arrive.
    """
    reader, taken, fed = Reader(Limits()), [], 0
    pieces = list(pieces or [data])

    def step(take):
        nonlocal fed
        while (value := take()) is None:
            piece = pieces.pop(0) if pieces else b""
            fed += len(piece)
            reader.feed(piece)
        return value

    try:
        while step(reader.begin):
            start, head = fed - len(reader.rest), None
            head = step(reader.head)
            body = b"" if head.method == "CONNECT" else step(reader.body)
            headers = [(encode(name), encode(value)) for name, value in head.headers]
            own = data[start : fed - len(reader.rest)]
            taken.append((request(head.method.encode(), encode(head.target), headers, body), own))
            if not head.keep_alive or head.method == "CONNECT":
                break
    except BadRequestError as bad:
        return taken, data[start:], bad.malformed if head is None else replace(bad.malformed, method=head.method)
    return taken, b"", None


# What messages are made of; " @ " is between two of a kind. Of methods, llhttp takes those that it knows.
USUAL = {
    "method": b"GET @ POST",
    "target": b"/ @ /a?b=c @ /%20;x=1?a=%zz&& @ http://h:80/p?q",
    "version": b"HTTP/1.1 @ HTTP/1.1 @ HTTP/1.1 @ HTTP/1.0",
    "host": b"Host: h @ host:h:80 @ HOST:\t[::1]:8 ",
    "header": (
        b'A: b @ A: @ A:\t b \t @ !#$%&\'*+-.^_`|~1: x @ Cookie: a=b; c=d @ A: "\\" @ '
        b"Expect: 100-continue @ Connection: close @ Connection: keep-alive @ Connection: x, CLOSE @ "
        b"Connection: keep-alive, close"
    ),
    "length": b"Content-Length: %d @ content-length:%d ",
    "coding": b"Transfer-Encoding: chunked @ transfer-encoding:\tChunked ",
    "size": b"%X @ %x @ 0%X @ %X;a=b",
    "last": b"0 @ 00 @ 0;x",
    "trailer": b" @ T: x\r\n",
    "end": b"\r\n",
    "byte": b"\r\n @ \r @ \n @   @ \t @ : @ \x00 @ \x0b @ \x7f @ \x80 @ \xff @ 0 @ A @ ; @ , @ / @ #",
}
# Legal but rare, or wrong.
ODD = {
    "method": b"PUT @ DELETE @ HEAD @ OPTIONS @ CONNECT @ M-SEARCH @ get @ G T @ ",
    "target": (
        b"//h @ * @ HTTPS://h @ http://h?q @ ftp://h/ @ h:443 @ [::1]:443 @ /\xc3\xa9 @ /\xff @ /a#b @ "
        b'a @ ?q @  @ /a b @ /"<>\\^`{|} @ http:///'
    ),
    "version": b"HTTP/2.0 @ HTTP/0.9 @ HTTP/1.2 @ http/1.1 @ HTTP/1.1  @ ",
    "host": b"Host: @ Host: a b @ Host: \xc3\xa9 @ Host: h/p @ Host: a\r\nHost: b @ X: y @ Host : h",
    "header": (
        b"A: \xc3\xa9\xff @ A: b\r\n c @ A : b @ A b @ : b @ A: \x00 @ A: \x0b @ A: \x7f @ A: b\rc @ "
        b" A: b @ A(: b @ \xc3\xa9: b @ Expect: 100-Continue @ Expect: x @ "
        b"Connection: upgrade\r\nUpgrade: x"
    ),
    "length": (
        b"Content-Length: %d\r\nContent-Length: %d @ Content-Length: %d, %d @ Content-Length: +%d @ "
        b"Content-Length: -%d @ Content-Length: 0%d @ Content-Length: 0x%d @ Content-Length: %d.0 @ "
        b"Content-Length: \xb2%d @ Content-Length: @ Content-Length: %d0 @ "
        b"Content-Length: 999999999999999999999999999999 @ Content-Length: 1\r\nContent-Length: %d @ "
        b"Content-Length: %d\r\nTransfer-Encoding: chunked"
    ),
    "coding": (
        b"Transfer-Encoding: gzip @ Transfer-Encoding: gzip, chunked @ "
        b"Transfer-Encoding: chunked, chunked @ Transfer-Encoding: identity @ Transfer-Encoding: @ "
        b"Transfer-Encoding: xchunked @ Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
    ),
    "size": (
        b'%X;a="b;c" @ %X  @ %X\t;a @ %X; a = b  @  %X @ +%X @ -%X @ 0x%X @ %X;\x00 @ %Xg @ %X;a\rb @  @ '
        b"00000000000000%X @ FFFFFFFFFFFFFFFF%X"
    ),
    "last": b"0  @ -0 @  @ 0\r\n0",
    "trailer": b"T : x\r\n @ T\r\n @ T: a\r\n b\r\n @ Content-Length: 5\r\n @ T: \x00\r\n",
    "end": b"\n @ \r @ \r\r\n @  @ \r\n\r\n @  \r\n",
}


class Maker:
    """Makes what looks like requests."""

    def __init__(self, seed):
        self.chance = random.Random(seed)

    def pick(self, what, number=0):
        parts = ODD if self.chance.random() < 0.03 and what in ODD else USUAL
        part = self.chance.choice(parts[what].split(b" @ "))
        return re.sub(rb"%[dXx]", lambda found: found.group() % number, part) if number else part.replace(b"%d", b"0")

    def chunks(self, body):
        while body:
            count = self.chance.randint(1, len(body))
            yield self.pick("size", count) + self.pick("end") + body[:count] + self.pick("end")
            body = body[count:]
        yield self.pick("last") + self.pick("end") + self.pick("trailer") + self.pick("end")

    def request(self):
        body = self.chance.randbytes(self.chance.choice([0, 1, 5, 40]))
        framing = self.chance.choice(["length", "coding", None])
        lines = [self.pick("host"), *(self.pick("header") for _ in range(self.chance.randrange(3)))]
        if framing:
            lines.append(self.pick(framing, len(body)))
        self.chance.shuffle(lines)
        lines.insert(0, b" ".join(map(self.pick, ["method", "target", "version"])))
        content = {"length": [body], "coding": self.chunks(body), None: []}[framing]
        return b"".join([*(line + self.pick("end") for line in lines), self.pick("end"), *content])

    def mutated(self, data):
        """With a byte put in, or a few doubled or taken out."""
        at, count = self.chance.randrange(len(data) + 1), self.chance.randint(1, 9)
        before, these, after = data[:at], data[at : at + count], data[at + count :]
        return before + self.chance.choice([self.pick("byte") + these, these * 2, b""]) + after

    def message(self):
        """One request or several in a row, every other one mutated."""
        data = b"".join(self.request() for _ in range(self.chance.choice([1, 1, 2, 3])))
        while self.chance.random() < 0.4:
            data = self.mutated(data)
        return data


def cut(data, chance):
    """The same bytes in pieces."""
    cuts = sorted(chance.sample(range(1, len(data)), min(len(data) - 1, chance.choice([1, 2, 5, 400]))))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
