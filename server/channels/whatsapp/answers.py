"""What the Cloud API answers, as far as it is used here; what else an answer holds is left alone."""

from pydantic import AliasPath, BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Sent(_Answer):
    """A message was taken; that it arrives is told by its statuses.

    `message_status` is `accepted`, `held_for_quality_assessment`, `paused`, or empty when Meta doesn't say.
    """

    wamid: str = Field(validation_alias=AliasPath("messages", 0, "id"), min_length=1)
    message_status: str = Field("", validation_alias=AliasPath("messages", 0, "message_status"))


class MediaInfo(_Answer):
    """Where a file can be fetched for about five minutes; `sha256` and `size` (bytes) as Meta states them."""

    id: str
    url: str
    mime: str = Field(validation_alias="mime_type")
    sha256: str = ""
    size: int | None = Field(None, validation_alias="file_size")


class Uploaded(_Answer):
    """A file was taken; Meta keeps it for 30 days."""

    id: str = Field(min_length=1)


class PhoneNumber(_Answer):
    """What Meta knows of a sending number; a field that it doesn't tell is empty."""

    id: str
    display: str = Field("", validation_alias="display_phone_number")
    verified_name: str = ""
    quality: str = Field("", validation_alias="quality_rating")
    status: str = ""
    verification: str = Field("", validation_alias="code_verification_status")
    name_status: str = ""
    platform: str = Field("", validation_alias="platform_type")
    throughput: str = Field("", validation_alias=AliasPath("throughput", "level"))
    on_business_app: bool = Field(False, validation_alias="is_on_biz_app")

    @property
    def coexists(self) -> bool:
        """Whether the WhatsApp Business app uses the number too: then it may send 20 messages a second, not 80."""
        return self.on_business_app and self.platform == "CLOUD_API"


class SubscribedApp(_Answer):
    """An app that gets an account's webhooks."""

    id: str = Field(validation_alias=AliasPath("whatsapp_business_api_data", "id"))
    name: str = Field("", validation_alias=AliasPath("whatsapp_business_api_data", "name"))


class SubscribedApps(_Answer):
    """The apps that get an account's webhooks."""

    data: list[SubscribedApp] = Field(default_factory=list)
