"""What can be done with runs of plans, whatever protocol it is asked by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import Any, Final, Protocol

import orjson
from pydantic import JsonValue

from graphs.plan_checks import check_input, read_plan
from nodes.agents.ports import Agents
from nodes.plans.replaying import Change, changed, first_failed, kept
from server.clock import now_ms
from server.drain import Drain
from server.plans.deadlines import is_late
from server.plans.messages import message_to
from server.plans.ports import Archive, Runs
from server.ports import Inbox
from state.errors import IdempotencyConflictError, InvalidInputError
from state.ids import SessionId, TenantId, is_well_formed
from state.mailbox import Arrival
from state.plan import Plan
from state.plan_errors import PlanError, PlanFinding, RunNotFoundError, RunStateError
from state.plan_run import Approval, PlanRun, RunId, RunStatus, TaskRecord, new_run_id
from state.stored_run import StoredRun, Wish

MOST_BYTES: Final = 4 * 1024 * 1024
"""A plan and its input together; larger things are artefacts."""
_PAGE: Final = 100
_MOST_READ: Final = 2000
"""Runs that are looked at for one page with a filter."""


class Templates(Protocol):
    """Plans that can be run by name."""

    @property
    def names(self) -> Sequence[str]:
        """The templates' names, in order."""
        ...

    def plan(self, name: str) -> Plan:
        """Return a template's plan; raises `TemplateNotFoundError`."""
        ...


@dataclass(frozen=True, slots=True)
class Workflows:
    """The verbs of runs; routes and the command line call these and nothing below."""

    tenant: TenantId
    runs: Runs
    inbox: Inbox
    agents: Agents
    templates: Templates
    drain: Drain
    archive: Archive | None = None

    async def start(
        self,
        plan: object = None,
        *,
        template: str | None = None,
        given: Mapping[str, JsonValue] | None = None,
        key: str | None = None,
        locale: str | None = None,
    ) -> PlanRun:
        """Begin a run of a template, or of a plan given as JSON values; the same `key` again begins no second one.

        Raises:
            PlanError: the plan or its input is wrong.
            TemplateNotFoundError: no such template.
            InvalidInputError: both or neither of plan and template are given, or they are too large.
            IdempotencyConflictError: `key` was used for another run.
            DrainingError: this process is about to end.
        """
        self.drain.refuse()
        if (plan is None) == (template is None):
            raise InvalidInputError("Exactly one of `plan` and `template` is needed.", hint="Send one of them.")
        read = self.templates.plan(template) if template else read_plan(plan, self.agents)
        run = self._new(self._whole(read), check_input(read, given or {}), key, template=template, locale=locale)
        return await self._begin(run, [], key)

    async def get(self, run_id: str) -> StoredRun:
        """Return a run with its tasks, also one that ended long ago; raises `RunNotFoundError`."""
        found = await self.runs.get(RunId(run_id)) if is_well_formed(run_id) else None
        if found is None and self.archive and is_well_formed(run_id):
            found = await self.archive.get(self.tenant, RunId(run_id))
        if found is None or found.run.tenant != self.tenant:
            raise RunNotFoundError(run_id)
        return found

    async def latest(
        self,
        *,
        status: RunStatus | None = None,
        template: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[PlanRun]:
        """Return runs, the latest first, those made before the run `before`; without their plans.

        Raises:
            RunNotFoundError: there is no run `before`.
        """
        anchor = (await self.get(before)).run if before else None
        place = (anchor.created, anchor.id) if anchor else None
        found = await self._open_and_recent(place, status, template, limit)
        if self.archive:
            old = await self.archive.latest(self.tenant, place, limit, status=status, template=template)
            known = {run.id for run in found}
            found += [run for run in old if run.id not in known]
        return sorted(found, key=lambda run: (run.created, run.id), reverse=True)[:limit]

    async def _open_and_recent(
        self, place: tuple[int, RunId] | None, status: RunStatus | None, template: str | None, limit: int
    ) -> list[PlanRun]:
        """Return the runs that the registry has, made before a place: those that ended long ago are in the archive."""
        found: list[PlanRun] = []
        last = place[1] if place and await self.runs.get(place[1]) else None
        for _ in range(_MOST_READ // _PAGE):
            page = await self.runs.latest(self.tenant, last, _PAGE)
            found += [
                run
                for run in page
                if status in {None, run.status}
                and template in {None, run.template}
                and (place is None or (run.created, run.id) < place)
            ]
            if len(found) >= limit or len(page) < _PAGE:
                break
            last = page[-1].id
        return found[:limit]

    async def cancel(self, run_id: str, reason: str = "") -> StoredRun:
        """Have a run end as cancelled, within a second when it is at work; raises `RunStateError` when it has ended."""
        stored = await self._open(run_id)
        await self.runs.want(stored.run.id, Wish("cancel", reason))
        await self.inbox.stop(SessionId(stored.run.id), None, "cancel")
        await self._send(stored.run, "cancel")  # for a run that halts just now and hears of no stop any more
        return stored

    async def pause(self, run_id: str) -> StoredRun:
        """Let no further step of a run begin; raises `RunStateError` when it has ended or waits already."""
        stored = await self._open(run_id)
        if stored.run.status == "paused":
            return stored
        await self.runs.want(stored.run.id, Wish("pause"))
        if not await self.inbox.stop(SessionId(stored.run.id), None, "interrupt"):
            await self._send(stored.run, "pause")
        return stored

    async def resume(self, run_id: str) -> StoredRun:
        """Let a paused run go on; raises `RunStateError` when it has ended."""
        stored = await self._open(run_id)
        if stored.wish and stored.wish.what == "cancel":
            raise _state(stored.run, "is being cancelled", "Replay it once it has ended.")
        await self.runs.want(stored.run.id, None)
        await self._send(stored.run, "resume")
        return stored

    async def approve(self, run_id: str, task: str, *, approved: bool, by: str = "", comment: str = "") -> StoredRun:
        """Answer an approval step; the same answer again changes nothing.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it has ended or is past its deadline, or the task asks nothing or was answered otherwise.
        """
        stored = await self._open(run_id)
        if is_late(stored.run, now_ms()):
            raise _state(stored.run, "took longer than its deadline", "Replay it to be asked again.")
        record = stored.tasks.get(task)
        if record is None or (record.waits_for is None and task not in stored.run.approvals):
            asking = [one.name for one in stored.tasks.values() if one.waits_for]
            raise RunStateError(
                f"Task {task[:80]!r} of run {stored.run.id!r} asks nothing.",
                hint=f"Those that ask: {', '.join(asking) or 'none at present'}.",
            )
        if not await self.runs.answer(stored.run.id, task, Approval(approved, by, comment, now_ms())):
            first = (await self.runs.approvals(stored.run.id))[task]
            if first.approved != approved:
                said = f"{'approved' if first.approved else 'refused'}{f' by {first.by}' if first.by else ''}"
                raise _state(stored.run, f"has an answer to {task!r}: {said}", "The first answer counts.")
        await self._send(stored.run, f"answer {task}", key=f"answer:{task}")
        return await self.get(run_id)

    async def replay(
        self,
        run_id: str,
        *,
        step: str | None = None,
        given: Mapping[str, JsonValue] | None = None,
        changes: Mapping[str, Change] | None = None,
        key: str | None = None,
    ) -> PlanRun:
        """Begin a new run that takes over an ended one's results up to a step, by default the first that failed.

        Args:
            run_id: the run that ended.
            step: where the new one begins.
            given: inputs that take the place of the earlier ones.
            changes: other agents, actions or inputs, by step.
            key: the same again begins no second run.

        Raises:
            RunNotFoundError: no such run.
            RunStateError: it has not ended, or has nothing to be done again.
            PlanError: what is changed makes the plan wrong.
        """
        self.drain.refuse()
        stored = await self.get(run_id)
        if not stored.run.over:
            raise _state(stored.run, "has not ended", "Cancel it first, or wait.")
        plan = read_plan(stored.run.plan)
        begin = step or first_failed(plan, stored.tasks)
        known = [one.id for one in plan.steps]
        for name in (begin, *(changes or {})):
            if name is None:
                raise _state(stored.run, "has a result for every step", "Name the step to begin at.")
            if name not in known:
                fault = PlanFinding("step", f"The plan has no step {name!r}.", f"There are: {', '.join(known[:20])}.")
                raise PlanError([fault])
        again = read_plan(changed(plan, changes or {}), self.agents)
        new_input = check_input(again, {**stored.run.input, **(given or {})})
        run = self._new(again, new_input, key, template=stored.run.template, locale=stored.run.locale)
        run = replace(run, parent=stored.run.id, replayed_from=begin)
        return await self._begin(run, list(kept(again, stored.tasks, begin or "").values()), key)

    async def _open(self, run_id: str) -> StoredRun:
        self.drain.refuse()
        stored = await self.get(run_id)
        if stored.run.over:
            raise _state(stored.run, f"has ended: {stored.run.status}", "Replay it to run it again.")
        return stored

    def _whole(self, plan: Plan) -> Plan:
        """Return a plan with its fallback plan in it."""
        if not isinstance(plan.fallback_plan, str):
            return plan
        return plan.model_copy(update={"fallback_plan": self.templates.plan(plan.fallback_plan)})

    def _new(
        self, plan: Plan, given: dict[str, JsonValue], key: str | None, *, template: str | None, locale: str | None
    ) -> PlanRun:
        name = _named(self.tenant, key) if key else new_run_id()
        values: dict[str, Any] = plan.model_dump(mode="json", exclude_defaults=True)
        return PlanRun(
            name,
            self.tenant,
            values,
            given,
            template=template,
            title=plan.title or plan.id,
            locale=locale,
            created=now_ms(),
        )

    async def _begin(self, run: PlanRun, tasks: Sequence[TaskRecord], key: str | None) -> PlanRun:
        asked = orjson.dumps([run.plan, run.input, run.parent, run.replayed_from], option=orjson.OPT_SORT_KEYS)
        if len(asked) > MOST_BYTES:
            raise InvalidInputError(
                f"The plan and its input have {len(asked):,} bytes, {MOST_BYTES:,} are taken.",
                hint="Give large documents as artefacts.",
            )
        digest = blake2s(asked, digest_size=16).hexdigest()
        before = await self.runs.create(run, tasks, digest)
        if before not in {"", digest}:
            raise IdempotencyConflictError(key or run.id, "workflow")
        await self._send(run, "start", key="start")
        return (await self.get(run.id)).run if before else run

    async def _send(self, run: PlanRun, what: str, *, key: str | None = None) -> None:
        await self.inbox.accept(message_to(run, what, key), Arrival())


def _named(tenant: TenantId, key: str) -> RunId:
    return RunId(f"run_{blake2s(orjson.dumps([tenant, key]), digest_size=16).hexdigest()}")


def _state(run: PlanRun, what: str, hint: str) -> RunStateError:
    return RunStateError(f"Run {run.id!r} {what}.", hint=hint)
