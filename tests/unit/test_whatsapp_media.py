"""Files of the Cloud API are fetched within their limit, and not asked for so often that Meta stops answering."""

from dataclasses import dataclass, field, replace

import pytest

from server.channels.whatsapp.answers import MediaInfo
from server.channels.whatsapp.files import Download, TooLargeError
from server.channels.whatsapp.media import WhatsAppMedia
from server.channels.whatsapp.refusals import CloudError
from state.media import MediaFailedError
from state.stores.memory import MemoryMediaErrors
from tests.desk import inbound


@dataclass
class Cloud:
    """The Cloud API's files; the first answers are those it is given."""

    answers: list[CloudError] = field(default_factory=list)
    always: CloudError | None = None
    size: int | None = 3
    download_fails: CloudError | None = None
    asked: int = 0
    downloads: int = 0

    async def media(self, media_id: str) -> MediaInfo:
        self.asked += 1
        if self.always or self.answers:
            raise self.always or self.answers.pop(0)
        return MediaInfo(id=media_id, url="https://lookaside.fbsbx.com/1", mime="image/png", size=self.size)

    async def download(self, url: str, limit_bytes: int) -> Download:
        self.downloads += 1
        if self.download_fails:
            raise self.download_fails
        return Download(b"abc", None, "")


def media(cloud: Cloud, errors: MemoryMediaErrors | None = None) -> WhatsAppMedia:
    return WhatsAppMedia({"": cloud}, errors or MemoryMediaErrors(), pause_s=0)


SENT = replace(inbound(), account="106")


async def problem(source: WhatsAppMedia, limit: int = 100) -> str:
    with pytest.raises(MediaFailedError) as failed:
        await source.fetch(SENT, "1", limit)
    return failed.value.problem


async def test_a_file_is_fetched_also_after_a_moments_trouble() -> None:
    cloud = Cloud(answers=[CloudError("retry", "away", status=500)])

    assert await media(cloud).fetch(SENT, "1", 100) == b"abc"
    assert (cloud.asked, cloud.downloads) == (2, 1)


async def test_what_is_too_large_is_not_even_downloaded_when_meta_says_its_size() -> None:
    said, unsaid = Cloud(size=101), Cloud(size=None, download_fails=TooLargeError(100))

    assert [await problem(media(said)), await problem(media(unsaid))] == ["too_large"] * 2
    assert (said.downloads, unsaid.downloads) == (0, 1)


async def test_a_file_that_is_gone_is_asked_for_once() -> None:
    cloud = Cloud(always=CloudError("never", "no such object", error_code=100, status=400))

    assert await problem(media(cloud)) == "unavailable"
    assert cloud.asked == 1


async def test_after_many_refusals_nothing_is_asked_until_an_hour_later() -> None:
    clock = [1000.0]
    cloud = Cloud(always=CloudError("never", "no such object", error_code=100, status=400))
    source = media(cloud, MemoryMediaErrors(lambda: clock[0]))
    for _ in range(30):
        await problem(source)
    asked = cloud.asked
    cloud.always = None
    still = await problem(source)
    clock[0] += 3601

    assert asked == 15
    assert still == "unavailable"
    assert await source.fetch(SENT, "1", 100) == b"abc"


async def test_what_never_reached_meta_is_not_counted() -> None:
    cloud = Cloud(always=CloudError("retry", "could not be reached"))
    source = media(cloud)
    for _ in range(20):
        await problem(source)

    assert cloud.asked == 40


async def test_each_file_is_asked_for_at_the_app_that_got_it() -> None:
    first, other = Cloud(), Cloud()
    source = WhatsAppMedia({"": first, "other": other}, MemoryMediaErrors())

    await source.fetch(replace(SENT, account="other/107"), "1", 100)
    with pytest.raises(MediaFailedError):
        await source.fetch(replace(SENT, account="gone/108"), "1", 100)

    assert (first.asked, other.asked) == (0, 1)
