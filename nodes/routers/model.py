"""The model stage: a language model is asked where a message goes when the local stages leave it open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from nodes.ports import Decided, Decider, Option, Prompt, Question, Verdict
from nodes.routers.evidence import Evidence
from nodes.routers.recalibration import Recalibration, Recalibrations
from prompts.tenant import Intent, Tenant, in_locale
from prompts.versions import PromptFile
from state.decision import Stage
from state.errors import ModelError
from state.turn import Turn

NONE: Final = "none"
"""The option for a message that no intent covers: without one a model finds an intent for anything."""
HUMAN: Final = "human"
_INTENTS: Final = 10
_EXAMPLES: Final = 8
_TURNS: Final = 4
_LONGEST: Final = 2000
_AS_SAID: Final = Recalibration()
_YES_NO: Final = (Option("yes"), Option("no"))


class AskModel:
    """A `ModelStage`; it never raises, and a model that fails leaves the word to the stages after it, degraded.

    `prompt_of` gives the prompt that a session gets; `recalibrations` what a model's own probability is worth. Without
    one it is taken as it is, up to `SUREST`.
    """

    def __init__(
        self,
        tenant: Tenant,
        decider: Decider,
        prompt_of: Callable[[str], PromptFile],
        recalibrations: Recalibrations | None = None,
    ) -> None:
        self._tenant = tenant
        self._decider = decider
        self._prompt_of = prompt_of
        self._recalibrations = recalibrations or {}

    async def __call__(self, evidence: Evidence) -> Stage:
        """Return what the model says of the turn."""
        prompt = self._prompt_of(evidence.request.session)
        try:
            decided = await self._decider.decide(self._filled(prompt, evidence), self._questions(evidence))
        except ModelError as error:
            reason = f"the model gave no answer ({error.outcome})"
            return Stage("model", False, reason, degraded=True, model=error.model, prompt_version=prompt.reference)
        return self._stage(decided, prompt)

    def _filled(self, prompt: PromptFile, evidence: Evidence) -> Prompt:
        locale = evidence.turn.locale
        values = {
            "shop": self._tenant.profile.name,
            "intents": "\n".join(
                f"- {one.name}: {self._told(one, locale)}" for one, _ in evidence.candidates(_INTENTS)
            ),
            "examples": "\n".join(f"- {one.text} -> {one.intent}" for one in evidence.nearest(_EXAMPLES)) or "(none)",
            "dialogue": "\n".join(_said(turn) for turn in evidence.dialogue(_TURNS)) or "(it begins here)",
            "message": evidence.turn.text[:_LONGEST],
        }
        system, user = prompt.filled(values)
        return Prompt(system, user, prompt.reference)

    def _questions(self, evidence: Evidence) -> Sequence[Question]:
        locale = evidence.turn.locale
        intents = [Option(one.name, self._told(one, locale)) for one, _ in evidence.candidates(_INTENTS)]
        intents += [Option(NONE, "about none of these"), Option(HUMAN, "wants to talk to a person")]
        languages = [Option(one) for one in self._tenant.profile.locales]
        return [
            Question("intent", "What is the message about?", intents),
            Question("language", "Which language is it in?", [*languages, Option("other")]),
            Question("person", "Does the customer want a person?", _YES_NO),
            Question("follow_up", "Does it go on with what was said before?", _YES_NO),
        ]

    def _told(self, intent: Intent, locale: str) -> str:
        return in_locale(intent.description, locale, self._tenant.profile.default_locale)

    def _stage(self, decided: Decided, prompt: PromptFile) -> Stage:
        verdict, person = decided.verdicts["intent"], decided.verdicts["person"]
        called = self._tenant.doing("talk_to_person")
        own = _sureness(verdict)
        heard = verdict.choice != NONE and person.choice == "yes" and _sureness(person) > own
        own = _sureness(person) if heard else own
        sure = self._recalibrations.get((prompt.reference, decided.model), _AS_SAID).of(own)
        if verdict.choice == NONE:
            said = "the model finds it about none of the intents"
            stage = Stage("model", True, said, "info", None, sure, outcome="out_of_scope")
        elif heard or verdict.choice == HUMAN:
            name = called.name if called else None
            stage = Stage("model", True, "the model hears a wish for a person", "handoff", name, sure)
        else:
            intent = self._tenant.intent(verdict.choice)
            lane = intent.lane if intent else "info"
            stage = Stage(
                "model", True, f"the model makes it {verdict.choice} ({sure:.0%})", lane, verdict.choice, sure
            )
        about = replace(stage, model=decided.model, prompt_version=prompt.reference, cost_usd=decided.cost_usd)
        return replace(about, own=own)


def _sureness(verdict: Verdict) -> float:
    return verdict.probabilities.get(verdict.choice, 0.0)


def _said(turn: Turn) -> str:
    return f"customer: {turn.text[:_LONGEST]}\nassistant: {turn.reply[:_LONGEST]}"
