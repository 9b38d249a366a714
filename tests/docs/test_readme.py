"""The README's examples run."""

import re
from pathlib import Path

README = Path(__file__).parent.parent.parent / "README.md"


def test_the_python_examples_pass(pytester):
    """What the README shows of a test, passes when pasted."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    pytester.makepyfile("\n\n".join(blocks))

    outcomes = pytester.runpytest_subprocess().parseoutcomes()

    assert (1, set()) == (len(blocks), set(outcomes) - {"passed"})
    assert outcomes["passed"] > 30


def test_there_are_two_commands():
    """Exactly two command blocks, a line each: .ci/run runs them as they stand."""
    blocks = re.findall(r"```sh\n(.*?)\n```", README.read_text("utf-8"), re.DOTALL)

    assert [1, 1] == [len(block.splitlines()) for block in blocks]
