"""`examples/*.yaml`: more examples for intents that stand elsewhere, and lines in the middle of a dialogue."""

from collections.abc import Iterator, Mapping

from prompts.files import Draft, Entry
from prompts.findings import Finding, did_you_mean
from prompts.folding import fold, numbered
from prompts.tenant import FollowUp, Intent, MoreExamples


def check_more(draft: Draft) -> Iterator[Finding]:
    """Yield the names of intents that aren't there, and examples that another intent or the same one has already."""
    names = [entry.value.name for entry in draft.intents]
    owners = {fold(text): entry.value.name for entry in draft.intents for _, _, text in numbered(entry.value.examples)}
    for entry in draft.more:
        for name, examples in entry.value.examples.items():
            yield from _known(entry, name, names, "examples", name)
            yield from _new(entry, name, examples, owners, "examples", name)
        yield from _new(entry, "outside.yaml", entry.value.outside, owners, "outside")
        for position, follow_up in enumerate(entry.value.follow_ups):
            for name in (*follow_up.after, follow_up.intent):
                yield from _known(entry, name, names, "follow_ups", position)


def _known(entry: Entry[MoreExamples], name: str, names: list[str], *where: str | int) -> Iterator[Finding]:
    if name not in names:
        fix = did_you_mean(name, names) or "Write the intent in intents/<lane>.yaml first."
        yield entry.finding(f"There is no intent {name!r}.", fix, *where)


def _new(
    entry: Entry[MoreExamples],
    name: str,
    examples: Mapping[str, list[str]],
    owners: dict[str, str],
    *where: str | int,
) -> Iterator[Finding]:
    for locale, position, text in numbered(examples):
        owner = owners.setdefault(fold(text), name)
        if owner != name:
            message = f"{text!r} is already in {owner!r}."
            yield entry.finding(message, "Keep it in one of the two.", *where, locale, position)


def whole_intents(draft: Draft) -> list[Intent]:
    """Return the intents with the examples of all files."""
    return [_whole(entry.value, draft) for entry in draft.intents]


def whole_outside(draft: Draft) -> dict[str, list[str]]:
    """Return what is none of the shop's business, of all files."""
    first = draft.outside.value.outside if draft.outside else {}
    return _joined([first, *(entry.value.outside for entry in draft.more)])


def follow_ups(draft: Draft) -> list[FollowUp]:
    """Return what is written in the middle of a dialogue, of all files."""
    return [one for entry in draft.more for one in entry.value.follow_ups]


def _whole(intent: Intent, draft: Draft) -> Intent:
    more = [entry.value.examples.get(intent.name, {}) for entry in draft.more]
    return intent.model_copy(update={"examples": _joined([intent.examples, *more])})


def _joined(parts: list[dict[str, list[str]]]) -> dict[str, list[str]]:
    joined: dict[str, list[str]] = {}
    for part in parts:
        for locale, texts in part.items():
            joined[locale] = [*joined.get(locale, []), *texts]
    return joined
