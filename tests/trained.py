"""What the demo shop's routers and languages learned, kept from process to process: it costs seconds of CPU."""

from functools import cache
from hashlib import blake2s
from pathlib import Path
from typing import Final

from nodes.ports import Ports
from server.context import ports_of
from server.settings import Settings
from state.file_lock import held
from tests.desk import demo

_ROOT: Final = Path(__file__).parents[1]
_SOURCES: Final = sorted([*_ROOT.glob("nodes/routers/*"), *_ROOT.glob("nodes/*.py"), *_ROOT.glob("prompts/*.py")])
_CODE: Final = blake2s(b"".join(path.read_bytes() for path in _SOURCES if path.is_file()), digest_size=8).hexdigest()
KEPT: Final = _ROOT / ".pytest_cache" / "laneway" / _CODE
"""Its `cache` folder holds what was learned, of these texts and by this code."""


@cache
def trained() -> Ports:
    """Return the demo shop's ports; one process learns, the others wait and read. Not for an event loop."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with held(KEPT / "lock"):
        return ports_of(Settings.load(data_dir=KEPT), demo())
