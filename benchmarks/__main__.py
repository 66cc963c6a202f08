"""Measures, side by side in one run: everything, or one benchmark with its own options."""

import argparse
from typing import Final

from benchmarks import plans, turn, webhook, whatsapp, window
from benchmarks.checkpoints import command as checkpoints
from benchmarks.scale import command as scale

EXAMPLES: Final = """\
examples:
  make bench                                       everything, 18 minutes
  make bench ARGS="turn"                           a turn over HTTP, 20 seconds
  make bench ARGS="window"                         turn 1,000 beside turn 10, half a minute
  make bench ARGS="whatsapp"                       WhatsApp webhooks read, half a minute
  make bench ARGS="webhook"                        WhatsApp webhooks acknowledged while turns run, two minutes
  make bench ARGS="plans"                          plans of steps beside their work alone, half a minute
  make bench ARGS="scale"                          what one machine and one Redis take, 6 minutes
  make bench ARGS="checkpoints --help"             the options of one"""


def main() -> None:
    """Run the benchmark named on the command line, or all."""
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subcommands = parser.add_subparsers(dest="name", metavar="NAME")
    turn.add_to(subcommands)
    window.add_to(subcommands)
    whatsapp.add_to(subcommands)
    webhook.add_to(subcommands)
    plans.add_to(subcommands)
    checkpoints.add_to(subcommands)
    scale.add_to(subcommands)
    chosen = parser.parse_args()
    for one in [chosen] if chosen.name else [parser.parse_args([name]) for name in subcommands.choices]:
        one.run(one)


if __name__ == "__main__":
    main()
