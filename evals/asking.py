"""How often the hybrid router asks a model, and what that is worth: `python -m evals.asking`, on the demo gold sets.

The model is a script that knows the labels: it names the right intent as often as `--right` says and one of the others
it was offered the rest of the time, always with the same words of its own sureness. Where the right intent is not among
those offered it says that none is. So the figures tell what asking costs and could bring, not what a real model does.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

import orjson
import typer

from evals.data.reading import set_files
from evals.data.rows import GoldRow
from evals.outcome import Said
from evals.tenant import Contender
from nodes.languages import TenantLanguages
from nodes.models.asking import Decided, Prompt, Question, Verdict
from nodes.ports import Ports
from nodes.routers.chain import ChainRouter
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from nodes.routers.model import HUMAN, NONE, AskModel
from prompts.loader import load_tenant, tenant_folder
from prompts.versions import BUNDLED, Prompts

_SETS: Final = ("demo", "unseen")
_SURE: Final = 0.95


class _Now:
    """The machine's clock: no router looks at it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Knowing:
    """A `Decider` that is told the row it is asked about, and is right about as many of them as it should be."""

    def __init__(self, right: float) -> None:
        self._right = right
        self.row: GoldRow | None = None

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:  # noqa: ARG002 # the port's
        """Return the row's intent, or another one."""
        return Decided({one.name: self._verdict(one) for one in questions}, "scripted:knowing", cost_usd=0.0)

    def _verdict(self, question: Question) -> Verdict:
        names = [option.name for option in question.options]
        choice = self._intent(names) if question.name == "intent" else names[-1]
        rest = (1.0 - _SURE) / max(len(names) - 1, 1)
        return Verdict(choice, {name: _SURE if name == choice else rest for name in names})

    def _intent(self, names: list[str]) -> str:
        row = self.row
        meant = row.intent if row and row.intent in names else NONE
        meant = HUMAN if row and row.lane == "handoff" and meant == NONE else meant
        drawn = random.Random(row.id if row else "")  # noqa: S311 # the same rows are missed each time
        return meant if drawn.random() < self._right else drawn.choice([name for name in names if name != meant])


def main(right: Annotated[float, typer.Option(min=0.0, max=1.0, help="How often the model is right.")] = 0.95) -> None:
    """Print how much is asked, and the lanes that are right without and with it."""
    asyncio.run(_measure(right))


async def _measure(right: float) -> None:
    tenant, knowing = load_tenant(tenant_folder("demo")), Knowing(right)
    classifier, prompt = LocalClassifier(examples_of(tenant), load_encoder()), Prompts(BUNDLED).get("router@1")
    local = ChainRouter(tenant, classifier)
    hybrid = ChainRouter(tenant, classifier, model=AskModel(tenant, knowing, lambda _: prompt))
    ports = Ports(tenant=tenant, router=local, languages=TenantLanguages(tenant), clock=_Now())
    alone = Contender(ports, local, "", {})
    asking = replace(alone, ports=replace(ports, router=hybrid))
    for name in _SETS:
        found: list[tuple[GoldRow, Said, Said]] = []
        for line in (line for file in set_files(name) for line in file.read_text("utf-8").splitlines()):
            knowing.row = row = GoldRow.model_validate(orjson.loads(line))
            found.append((row, await alone.ask(row), await asking.ask(row)))
        _print(name, found)


def _print(name: str, found: Sequence[tuple[GoldRow, Said, Said]]) -> None:
    asked = sum(any(step.name == "model" for step in said.chain) for _, _, said in found) / len(found)
    before = sum(_is_right(row, alone) for row, alone, _ in found) / len(found)
    after = sum(_is_right(row, helped) for row, _, helped in found) / len(found)
    typer.echo(
        f"{name}, {len(found)} messages: {asked:.1%} asked; "
        f"lane {before:.1%} right without the model, {after:.1%} with it"
    )


def _is_right(row: GoldRow, said: Said) -> bool:
    if row.out_of_scope:
        return said.rejected
    return said.label in {row.lane, *(one.lane for one in row.accept)} and not said.rejected


if __name__ == "__main__":
    typer.run(main)
