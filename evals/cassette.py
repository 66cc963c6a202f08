"""A recording of what models answered, so that a run can be repeated without a key, a network or a cent."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from evals.errors import EvaluationError
from evals.lines import Lines
from nodes.models.asking import Decided, Decider, Prompt, Question

_DECIDED = TypeAdapter(Decided)


class Cassette:
    """A `Decider` that answers from a recording, and records what it lacks where there is somebody to ask.

    The same call may be recorded several times; its nth repetition gets the nth answer. Without `inner` it is strict.
    """

    def __init__(self, path: Path, model: str, inner: Decider | None = None) -> None:
        self._lines = Lines(path)
        self._path = path
        self._model = model
        self._inner = inner
        self._asked: Counter[str] = Counter()
        self._known: dict[str, list[Decided]] = defaultdict(list)
        for line in self._lines.read():
            self._known[line["key"]].append(_DECIDED.validate_python(line["decided"]))

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return the recorded answer, else the model's; raises `EvaluationError` when there is neither."""
        key = self._key(prompt, questions)
        ordinal = self._asked[key]
        self._asked[key] += 1
        if ordinal < len(self._known[key]):
            return self._known[key][ordinal]
        if self._inner is None:
            raise EvaluationError(
                f"{self._path} has no answer of {self._model} to prompt {prompt.version} about {prompt.user[-60:]!r}.",
                hint="Record it: the same command with `--calls record` and a key in the settings.",
            )
        decided = await self._inner.decide(prompt, questions)
        self._known[key].append(decided)
        self._lines.add({"key": key, "prompt": prompt.version, "decided": _DECIDED.dump_python(decided, mode="json")})
        return decided

    def _key(self, prompt: Prompt, questions: Sequence[Question]) -> str:
        asked = [self._model, prompt.system, prompt.user, [asdict(question) for question in questions]]
        return sha256(orjson.dumps(asked)).hexdigest()
