"""A start that meets the embedded store while it is being started again waits for it."""

from types import SimpleNamespace
from typing import cast

import pytest

from server.stores import Stores, while_restarting
from state.errors import StoreUnavailableError


def stores(*, embedded: bool) -> Stores:
    return cast("Stores", SimpleNamespace(embedded=embedded))


class Away:
    """Fails so often, then doesn't."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise StoreUnavailableError("no such file")


async def test_our_own_store_is_waited_for() -> None:
    away = Away(3)

    await while_restarting(stores(embedded=True), away)

    assert away.left == 0


async def test_somebody_elses_store_is_not() -> None:
    with pytest.raises(StoreUnavailableError):
        await while_restarting(stores(embedded=False), Away(1))
