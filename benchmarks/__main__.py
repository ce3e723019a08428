"""`python -m benchmarks [splice] [product] [live]`: measure, print, store in results/. Status 1 where a bar fails."""

import argparse
import sys

from benchmarks import live, product, report, splice
from benchmarks.programs import MissingProgramError


def main() -> int:
    """All parts, unless told otherwise."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help="splice, product, live (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5, help="a measurement of the splice")
    parser.add_argument("--live-seconds", type=float, default=8.0, help="of watching, with one viewer and with three")
    options = parser.parse_args()
    known = {
        "splice": lambda: splice.measure(options.rounds, options.seconds),
        "product": lambda: product.measure(options.rounds),
        "live": lambda: live.measure(options.live_seconds),
    }
    if unknown := set(options.parts) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    try:
        reports = [known[part]() for part in options.parts or known]
    except MissingProgramError as error:
        print(f"Cannot measure: {error}", file=sys.stderr)
        return 2
    path = report.write(reports)
    print(path.read_text())
    print(f"Stored in {path} and {path.with_suffix('.json').name}")
    return 0 if all(each.holds for each in reports) else 1


sys.exit(main())
