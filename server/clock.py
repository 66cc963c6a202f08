"""The machine's time."""

from datetime import UTC, datetime


class SystemClock:
    """`nodes.ports.Clock` by the machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)


def now_ms() -> int:
    """Return milliseconds since 1970 UTC."""
    return int(datetime.now(UTC).timestamp() * 1000)
