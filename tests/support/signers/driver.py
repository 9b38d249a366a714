"""A line of standard input is a command and its arguments, by tabs; each is answered by a line."""
# ruff: noqa: F821  (the signer stands above)

import re
import sys


def answer(command, *words):
    if command == "account":
        return realm(words[0]) + " " + host(words[0])
    if command == "send":
        status, body = send(words[0], words[1], read_credentials(), words[2].encode() or None, pause=0)
        return f"{status} {body.decode()}"
    method, url, account, consumer_key, consumer_secret, token_id, token_secret, *rest = words
    credentials = {
        "account": account,
        "consumer_key": consumer_key,
        "consumer_secret": consumer_secret,
        "token_id": token_id,
        "token_secret": token_secret,
    }
    oauth = dict(zip(rest[::2], rest[1::2], strict=True))
    if command == "passport":
        return re.sub(r"\n\s*", "", token_passport(credentials, oauth))
    return authorization(method, url, credentials, oauth)


for line in sys.stdin.buffer.read().decode().split("\n"):
    if line:
        sys.stdout.buffer.write(answer(*line.split("\t")).encode() + b"\n")
