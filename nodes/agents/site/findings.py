"""What an audit of a site finds, as JSON values carry it."""

from typing import Literal

from pydantic import BaseModel

Area = Literal["links", "accessibility", "size", "search", "privacy"]


class SiteFinding(BaseModel):
    """One thing wrong with a site; `name` is stable, `what` shows where."""

    area: Area
    level: Literal["error", "warning", "note"]
    page: str
    name: str
    what: str = ""
