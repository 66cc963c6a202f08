"""The deployer: puts a built site where people see it, and reads what is there."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nodes.agents.ports import Action, Agent, Artefact, StepContext
from nodes.agents.site.builder import BuiltSite, Site
from state.effect import SideEffect
from state.errors import InvalidInputError, NotDoneError
from state.ids import TenantId

MANIFEST: Final = "laneway-site.json"
_SLUG: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"


@dataclass(frozen=True, slots=True)
class Published:
    """A site as it is published: the JSON of its `Site`, and the address where people see it."""

    manifest: bytes
    address: str


class Sites(Protocol):
    """Where a tenant's sites are published."""

    async def publish(self, tenant: TenantId, slug: str, files: dict[str, bytes]) -> str:
        """Put all files of a site in the place of those before, whole or not at all; return its address.

        Raises:
            NotDoneError: something is there that isn't a site of ours, or the place can't be written.
        """
        ...

    async def published(self, tenant: TenantId, slug: str) -> Published | None:
        """Return what is there now, None when there is nothing."""
        ...


class NoSites:
    """Where no place for sites is configured."""

    async def publish(self, tenant: TenantId, slug: str, files: dict[str, bytes]) -> str:  # noqa: ARG002 # the port's
        """Raise `NotDoneError`."""
        raise NotDoneError("There is no place for sites.", hint="Set LANEWAY_SITES_URL, or leave the deployment out.")

    async def published(self, tenant: TenantId, slug: str) -> Published | None:  # noqa: ARG002 # the port's
        """Return None."""
        return None


class Deploy(BaseModel):
    """A built site to publish; `passed` is the audit's word, and a site that failed it is not published."""

    model_config = ConfigDict(extra="forbid")

    site: BuiltSite
    passed: bool = True


class Current(BaseModel):
    """The name of a published site."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(pattern=_SLUG)


class Deployed(BaseModel):
    """Where a site is, and what became of its files; `unchanged` when the same site was there."""

    address: str
    digest: str
    status: Literal["new", "updated", "unchanged"]
    added: list[str]
    changed: list[str]
    removed: list[str]


ACTIONS: Final = {
    "deploy": Action(Deploy, "Publish a built site.", SideEffect.IDEMPOTENT),
    "current": Action(Current, "Read a published site."),
}


def deployer_at(sites: Sites) -> Agent:
    """Return the deployer that publishes to `sites`."""

    async def deployer(action: str, given: Deploy | Current, context: StepContext) -> Deployed | Site:
        if action == "current" and isinstance(given, Current):
            found = await _current(sites, context.tenant, given.slug)
            if found is None:
                raise InvalidInputError(f"There is no site {given.slug!r}.", hint="Make it first: run create_site.")
            return found
        assert isinstance(given, Deploy)  # noqa: S101 # the registry checked the input by the action
        return await _deploy(sites, given, context)

    return deployer


async def _deploy(sites: Sites, given: Deploy, context: StepContext) -> Deployed:
    if not given.passed:
        raise InvalidInputError("The site failed its audit.", hint="Mend what the audit calls an error, then deploy.")
    site = given.site
    before = await _current(sites, context.tenant, site.slug)
    old = {one.path: one.artefact.sha256 for one in before.files} if before else {}
    new = {one.path: one.artefact.sha256 for one in site.files}
    files = {one.path: await _content(one.artefact, context) for one in site.files}
    files[MANIFEST] = orjson.dumps(site.model_dump(mode="json"))

    async def publish(_: str) -> str:
        return await sites.publish(context.tenant, site.slug, files)

    address = await context.once("publish", publish, effect=SideEffect.IDEMPOTENT)
    found = Deployed(
        address=str(address),
        digest=site.digest,
        status="new" if before is None else "unchanged" if old == new else "updated",
        added=sorted(new.keys() - old.keys()),
        changed=sorted(path for path in new.keys() & old.keys() if new[path] != old[path]),
        removed=sorted(old.keys() - new.keys()),
    )
    context.log("info", "The site is published.", address=found.address, status=found.status)
    return found


async def _content(artefact: Artefact, context: StepContext) -> bytes:
    return await context.files.read(artefact)


async def _current(sites: Sites, tenant: TenantId, slug: str) -> Site | None:
    found = await sites.published(tenant, slug)
    if found is None:
        return None
    try:
        return Site.model_validate_json(found.manifest)
    except ValidationError as error:
        raise InvalidInputError(
            f"The site {slug!r} has no readable {MANIFEST}.", hint="Make it anew: run create_site."
        ) from error
