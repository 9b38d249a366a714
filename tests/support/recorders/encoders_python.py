"""What the running Python's urllib makes of texts; Python 2 and 3."""

import binascii
import sys

try:
    from urllib.parse import quote, quote_plus, urlencode
except ImportError:
    from urllib import quote, quote_plus, urlencode

FUNCTIONS = (
    ("quote", quote),
    ("quote(safe='')", lambda text: quote(text, safe="")),
    ("quote(safe='~')", lambda text: quote(text, safe="~")),
    ("quote_plus", quote_plus),
    ("urlencode", lambda text: urlencode({"a": text})[2:]),
)
texts = [binascii.unhexlify(line.strip()) for line in sys.stdin]
for name, function in FUNCTIONS:
    answers = [binascii.hexlify(function(text).encode()).decode() for text in texts]
    sys.stdout.write("Python's " + name + "\t" + "\t".join(answers) + "\n")
