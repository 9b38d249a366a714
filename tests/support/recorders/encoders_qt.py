"""What Qt makes of texts."""

import sys

from PyQt5.QtCore import QUrl

texts = [bytes.fromhex(line).decode() for line in sys.stdin]
print("\t".join(["Qt's QUrl::toPercentEncoding", *[bytes(QUrl.toPercentEncoding(text)).hex() for text in texts]]))
