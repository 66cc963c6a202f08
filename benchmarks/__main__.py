"""`make bench`: every benchmark, or those named: `make bench ARGS="turn"`."""

import argparse
from collections.abc import Callable
from typing import Final

from benchmarks import checkpoints, turn

BENCHMARKS: Final[dict[str, Callable[[], None]]] = {"turn": turn.main, "checkpoints": checkpoints.main}


def main() -> None:
    """Run the benchmarks named on the command line."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (default: all)")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in names:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
