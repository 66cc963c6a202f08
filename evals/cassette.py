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
    Without a `model` it is the first one that was recorded.
    """

    def __init__(self, path: Path, model: str | None, inner: Decider | None = None) -> None:
        self._lines = Lines(path)
        self._path = path
        self._inner = inner
        self._asked: Counter[str] = Counter()
        self._known: dict[str, list[Decided]] = defaultdict(list)
        models = dict.fromkeys([model] if model else [])
        for line in self._lines.read():
            self._known[line["key"]].append(_DECIDED.validate_python(line["decided"]))
            models.setdefault(line["model"])
        self._model = next(iter(models), "")

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        """Return the recorded answer, else the model's; raises `EvaluationError` when there is neither."""
        key = self._key(prompt, questions)
        ordinal = self._asked[key]
        self._asked[key] += 1
        if ordinal < len(self._known[key]):
            return self._known[key][ordinal]
        if self._inner is None:
            raise EvaluationError(
                f"{self._path} has no answer of {self._model} to prompt {prompt.version} about {_asked(prompt)!r}.",
                hint="A changed prompt is another question. Record it: the same command with `--calls record` and "
                "--model, where the model can be asked (docs/models.md).",
            )
        decided = await self._inner.decide(prompt, questions)
        self._known[key].append(decided)
        self._lines.add(
            {
                "key": key,
                "model": self._model,
                "prompt": prompt.version,
                "decided": _DECIDED.dump_python(decided, mode="json"),
            }
        )
        return decided

    def _key(self, prompt: Prompt, questions: Sequence[Question]) -> str:
        asked = [self._model, prompt.system, prompt.user, [asdict(question) for question in questions]]
        return sha256(orjson.dumps(asked)).hexdigest()


def _asked(prompt: Prompt) -> str:
    """Return the message that a prompt is about, or the end of it."""
    return prompt.user.rpartition("<message>")[2].removesuffix("</message>")[-60:]
