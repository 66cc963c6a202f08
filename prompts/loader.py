"""Loads a tenant from its folder, or says everything that keeps it from loading."""

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from prompts.checks import check_draft
from prompts.examples import follow_ups, whole_intents, whole_outside
from prompts.files import Draft, TenantReader
from prompts.findings import Finding, TenantFilesError
from prompts.tenant import Slug, Tenant

BUNDLED: Final = Path(__file__).parent / "tenants"
_SLUG: Final = TypeAdapter(Slug)


def tenant_folder(name: str, extra: Path | None = None) -> Path:
    """Return the folder of the tenant called `name`, or the folder that `name` is the path of.

    A plain name is looked for in `extra`, where that is given, and then among the bundled tenants; anything with a
    slash or a dot is a path.

    Raises:
        TenantFilesError: there is no such folder.
    """
    places = [place for place in (extra, BUNDLED) if place is not None]
    folders = [place / name for place in places] if _is_slug(name) else [Path(name).expanduser()]
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None:
        known = sorted({path.parent.name for place in places for path in place.glob("*/tenant.yaml")})
        fix = f"Use one of {', '.join(known)}, or the path of a tenant's folder, such as ./{Path(name).name or 'shop'}."
        raise TenantFilesError([Finding("error", name, 1, "There is no such tenant.", fix)])
    return found


def load_tenant(folder: Path) -> Tenant:
    """Return the tenant that `folder` describes.

    Raises:
        TenantFilesError: its first finding is the message; warnings alone don't raise.
    """
    draft, findings = _read(folder)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors or draft.profile is None or draft.hours is None:
        raise TenantFilesError(findings)
    return Tenant(
        id=folder.resolve().name,
        folder=folder,
        profile=draft.profile.value,
        lanes=[entry.value for entry in draft.lanes],
        intents=whole_intents(draft),
        texts={locale: texts for locale, (_, texts) in draft.texts.items()},
        hours=draft.hours.value,
        categories=[entry.value for entry in draft.categories],
        products=[entry.value for entry in draft.products],
        pages=[entry.value for entry in draft.pages],
        outside=whole_outside(draft),
        follow_ups=follow_ups(draft),
        shop=draft.shop.value if draft.shop else None,
        workflows=draft.workflows.value if draft.workflows else None,
    )


def check_tenant(folder: Path) -> list[Finding]:
    """Return everything that is wrong with the tenant's files.

    Errors come first; among them, what one file shows by itself comes before what may only follow from it elsewhere.
    """
    _, findings = _read(folder)
    return findings


def _read(folder: Path) -> tuple[Draft, list[Finding]]:
    if not folder.is_dir():
        fix = "Create it, or give the path of a folder that holds a tenant.yaml."
        return Draft(), [Finding("error", str(folder), 1, "There is no such folder.", fix)]
    reader = TenantReader(folder)
    draft = reader.read()
    between = list(check_draft(draft))
    if not _is_slug(folder.resolve().name):
        fix = "Rename the folder with small letters, digits and hyphens, such as my-shop."
        between.append(Finding("error", ".", 1, "The folder's name can't be a tenant's name.", fix))
    findings = [*sorted(reader.findings, key=_by_place), *sorted(between, key=_by_place)]
    return draft, sorted(findings, key=lambda finding: finding.severity != "error")


def _by_place(finding: Finding) -> tuple[str, int]:
    return finding.file, finding.line


def _is_slug(name: str) -> bool:
    try:
        _SLUG.validate_python(name)
    except ValidationError:
        return False
    return True
