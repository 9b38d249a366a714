"""How often the diagnosis names a mistake rightly: ``python benchmarks/diagnosis.py --singles 200 --pairs 200``.

The wrong signers are those of ``tests/support/wrong_signers.py``, which share no code with the product. For each class
the shares are printed, then what was named wrongly and what was not proven, by operator, commonest first.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.judged import judged
from support.wrong_signers import (
    BESIDE,
    COMMON,
    NAMED,
    OPERATORS,
    UNPROVEN,
    WRONG,
    draw_case,
    rightly_named,
)


def ask(case):
    """What the diagnosis made of a case: the outcome, and the mistakes that it named."""
    attempt = judged(case.call, case.signed.sent)
    if attempt.accepted:
        return "let in", ()
    return rightly_named(case, attempt.diagnosis), attempt.diagnosis.mistakes


def measure(title, number, count, seed, operators, *, shown, beside=(), weighted=False):
    """Draw, sign, ask, count and print."""
    source, outcomes, missed, wrong = random.Random(f"{title}/{seed}"), Counter(), Counter(), []
    begin = time.perf_counter()
    asked = 0.0
    for _ in range(count):
        case = draw_case(source, number, operators, beside=beside, weighted=weighted)
        at = time.perf_counter()
        attempt = judged(case.call, case.signed.sent)
        diagnosis = attempt.diagnosis
        asked += time.perf_counter() - at
        outcome = "let in" if attempt.accepted else rightly_named(case, diagnosis)
        outcomes[outcome] += 1
        if outcome in (UNPROVEN, "let in"):
            missed[f"{case}{' (LET IN)' if attempt.accepted else ''}"] += 1
        if outcome == WRONG:
            wrong.append((case, diagnosis))
    share = {outcome: 100 * outcomes[outcome] / count for outcome in (NAMED, BESIDE, WRONG, UNPROVEN, "let in")}
    print(
        f"\n{title}: {count} cases, {1000 * asked / count:.0f} ms each in the diagnosis, {time.perf_counter() - begin:.0f} s"
    )
    print(f"  proven {100 - share[UNPROVEN] - share['let in']:.1f} %, rightly named {share[NAMED] + share[BESIDE]:.1f} % "
          f"(of these beside the best reading {share[BESIDE]:.1f}), wrongly named {share[WRONG]:.1f} %, "
          f"unproven {share[UNPROVEN]:.1f} %, let in {share['let in']:.1f} %")  # fmt: skip
    if wrong:
        print("  wrongly named:")
        for case, diagnosis in wrong[:shown]:
            said = "; ".join(f"{mistake.id} ({mistake.title}: {mistake.cause})" for mistake in diagnosis.mistakes)
            print(
                f"    {case}\n        said: {said[:400]}\n        of: {case.call.method} {case.call.host}{case.call.target[:160]}"
            )
    if missed:
        print("  unproven:")
        for name, times in missed.most_common(shown):
            print(f"    {times:4d}  {name}")
    if number > 1 and missed:
        counted = Counter(part for name, times in missed.items() for part in name.split(" + ") for _ in range(times))
        print("  unproven, by operator:", ", ".join(f"{name} {times}" for name, times in counted.most_common(shown)))
    sys.stdout.flush()


def show(name, seed):
    """One operator at one call: everything that is known of it."""
    operators = [operator for operator in OPERATORS if operator.name in name.split("+")]
    case = draw_case(random.Random(seed), len(operators), operators)
    attempt = judged(case.call, case.signed.sent)
    print(f"{case}\n{case.call}\nsent: {case.signed.sent}\nsigned: {case.signed.base}")
    print(f"{attempt.status} {attempt.cause}\n{attempt.diagnosis.render(width=120)}")
    print(rightly_named(case, attempt.diagnosis), attempt.diagnosis.mistakes)


def main():
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--singles", type=int, default=0, metavar="N", help="cases of one operator")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="cases of two")
    parser.add_argument("--triples", type=int, default=0, metavar="N", help="cases of three common ones")
    parser.add_argument("--each", action="store_true", help="each operator once, in the order of the table")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=60, metavar="N", help="at most so many lines of each list")
    parser.add_argument("--weighted", action="store_true", help="singles and pairs by sightings, not evenly")
    parser.add_argument(
        "--only",
        default="",
        metavar="NAME",
        help="only this operator, or those of this stage; in a pair beside any other",
    )
    parser.add_argument("--show", metavar="NAME[+NAME]", help="one case of these operators, in full")
    given = parser.parse_args()
    operators = [operator for operator in OPERATORS if not given.only or given.only in (operator.name, operator.stage)]
    if given.show:
        show(given.show, given.seed)
    if given.each:
        for operator in operators:
            case = draw_case(random.Random(f"{operator.name}/{given.seed}"), 1, [operator])
            outcome, mistakes = ask(case)
            said = "; ".join(f"{mistake.id}: {mistake.cause}" for mistake in mistakes)
            print(f"{outcome:14} {operator.stage:9} {operator.name:36} {said[:150]}", flush=True)
    if given.singles:
        measure("singles", 1, given.singles, given.seed, operators, weighted=given.weighted, shown=given.shown)
    if given.pairs:
        measure(
            "pairs", 2, given.pairs, given.seed, operators, beside=OPERATORS, weighted=given.weighted, shown=given.shown
        )
    if given.triples:
        measure("triples", 3, given.triples, given.seed, COMMON, weighted=True, shown=given.shown)


if __name__ == "__main__":
    main()
