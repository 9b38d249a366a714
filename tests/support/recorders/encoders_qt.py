"""What Qt makes of texts."""

import sys

from PyQt5.QtCore import QUrl

texts = [bytes.fromhex(line).decode() for line in sys.stdin]
answers = [bytes(QUrl.toPercentEncoding(text)).hex() for text in texts]
sys.stdout.write("\t".join(["Qt's QUrl::toPercentEncoding", *answers]) + "\n")
