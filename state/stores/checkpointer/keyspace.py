"""Names of keys. A thread's keys carry its hash tag, so that they live in one slot of a cluster."""

from dataclasses import dataclass

ThreadKeys = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Keyspace:
    """Every key of one saver, under one prefix."""

    prefix: str

    def thread(self, thread_id: str) -> ThreadKeys:
        """Return the hash and the sorted set of a thread."""
        tag = thread_id.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
        return f"{self.prefix}:{{{tag}}}:thread", f"{self.prefix}:{{{tag}}}:index"

    def threads(self) -> tuple[str]:
        """Return the set of all threads."""
        return (f"{self.prefix}:threads",)

    def run(self, run_id: str) -> tuple[str]:
        """Return the set of threads that a run wrote to."""
        return (f"{self.prefix}:run:{run_id}",)
