"""A process that takes turns until it is killed, and tells its parent of each one that is done."""

import asyncio
import sys
from itertools import count
from typing import cast

from tests.contracts.crashes import keeping, ledger, take_turn
from tests.contracts.graphs import Durability


async def main(url: str, durability: Durability, first: int) -> None:
    async with keeping(url) as saver:
        graph = ledger(saver)
        _tell("ready")
        for turn in count(first):
            await take_turn(graph, turn, durability)
            _tell(str(turn))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], cast("Durability", sys.argv[2]), int(sys.argv[3])))
