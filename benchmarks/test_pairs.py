"""The pairs under pytest-benchmark: ``python -m pytest benchmarks --benchmark-group-by=group``.

For the distribution behind the table of ``ratios.py``. Nothing is asserted of a time.
"""

import pytest
from pairs import PAIRS


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_pair(benchmark, pair, side):
    benchmark.group = pair.__name__
    with pair() as one:
        benchmark.pedantic(
            getattr(one, side), setup=lambda: ((one.prepare(),), {}), rounds=5 * one.number, warmup_rounds=2
        )
