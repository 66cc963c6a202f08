"""Every setting, read once by the composition root from `LANEWAY_...` variables, a `.env` file, then defaults."""

import os
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.model_names import MODELS, ModelName, named
from state.errors import SettingsError

PREFIX: Final = "LANEWAY_"

SIMULATED: Final = "simulated"
"""Folder in the data folder for conversations on a simulated channel: they meet nobody else's."""


class Settings(BaseSettings):
    """Laneway's settings; each is the environment variable `LANEWAY_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    data_dir: Annotated[Path, Field(description="Where the embedded store and caches keep their files.")] = Path(
        ".laneway"
    )
    host: Annotated[str, Field(description="Address to listen on; loopback only unless you change it.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8000
    redis_url: Annotated[
        SecretStr | None,
        Field(
            description="A Redis 7+ or Valkey 8+ to use instead of the embedded one: `redis://`, `rediss://`, "
            "`unix://`; a Cluster: `redis+cluster://host:port,host:port`; "
            "by Sentinel: `redis+sentinel://host:port,host:port/service`."
        ),
    ] = None
    database_url: Annotated[
        SecretStr | None,
        Field(
            description="A PostgreSQL database for the records instead of the SQLite file in the data folder: "
            "`postgresql://user:password@host/name`."
        ),
    ] = None
    socket_origins: Annotated[
        str,
        Field(
            description="Origins of pages elsewhere that may open the WebSocket `/v1/ws`, with commas, such as "
            "`https://shop.example`; pages of the same host always may."
        ),
    ] = ""
    tenant: Annotated[str, Field(description="Name of a bundled tenant, or the path of a tenant's folder.")] = "demo"
    session_ttl_hours: Annotated[
        float, Field(gt=0, le=24 * 365, description="Hours a session lives after its last message.")
    ] = 24.0
    turn_window: Annotated[
        int, Field(ge=2, le=1000, description="Turns of the dialogue kept in the conversation's state.")
    ] = 40
    keep_turns: Annotated[
        int, Field(ge=1, le=1000, description="Turns whose checkpoints can be travelled back to.")
    ] = 20
    archive_days: Annotated[
        int, Field(ge=1, le=36_500, description="Days a finished turn stays in the turn archive.")
    ] = 365
    workflow_log_days: Annotated[int, Field(ge=1, le=36_500, description="Days that logs of agents are kept.")] = 90
    inbox_capacity: Annotated[
        int, Field(ge=1, le=10_000, description="Messages of one session that may wait for an answer; then 429.")
    ] = 100
    events_kept: Annotated[int, Field(ge=100, description="Events of one session kept for streams to resume from.")] = (
        10_000
    )
    recovery_s: Annotated[
        float,
        Field(ge=3, le=300, description="A turn whose worker died is begun again within so many seconds."),
    ] = 10.0
    turn_timeout_s: Annotated[
        float,
        Field(ge=1, le=3600, description="Seconds a turn may take; then it ends as failed and the customer is told."),
    ] = 120.0
    replicas: Annotated[
        int, Field(ge=0, le=10, description="Replicas of the store that must have a message before it is accepted.")
    ] = 0
    concurrency: Annotated[int, Field(ge=1, le=10_000, description="Sessions worked on at once by this process.")] = 64
    workflow_concurrency: Annotated[
        int, Field(ge=1, le=1000, description="Runs of plans worked on at once by this process, beside the sessions.")
    ] = 16
    agents: Annotated[
        str | None,
        Field(description="Agents of your own for plans: `module:NAME` of an AgentSpec or of a list, by commas."),
    ] = None
    fetch_hosts: Annotated[
        str,
        Field(
            description="Hosts that plans may fetch documents from, by commas: `docs.example.com`, `*.example.com`, "
            "`files.example.com:8443`; `*` is any, empty none. Only public addresses are ever asked."
        ),
    ] = "*"
    sites_url: Annotated[
        SecretStr | None,
        Field(
            description="S3-compatible storage where plans publish web sites, written as LANEWAY_MEDIA_URL is; "
            "otherwise the folder `sites` in the data folder."
        ),
    ] = None
    anthropic_api_key: Annotated[SecretStr | None, Field(description="The key for models named `anthropic:...`.")] = (
        None
    )
    anthropic_base_url: Annotated[
        str | None,
        Field(pattern="^https?://", description="An endpoint that speaks as Anthropic's does, instead of theirs."),
    ] = None
    openai_api_key: Annotated[SecretStr | None, Field(description="The key for models named `openai:...`.")] = None
    openai_base_url: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="An OpenAI-compatible endpoint (Ollama, vLLM, llama.cpp) instead of OpenAI's; it needs no key.",
        ),
    ] = None
    router_model: Annotated[
        str | None,
        Field(
            pattern=MODELS,
            description="The model that is asked where a message goes when the local router is unsure: "
            "`anthropic:NAME` or `openai:NAME`; several with commas, each asked when the one before fails.",
        ),
    ] = None
    agent_model: Annotated[
        str | None, Field(pattern=MODELS, description="The model that writes the lanes' answers, named likewise.")
    ] = None
    agent_rounds: Annotated[int, Field(ge=1, le=20, description="Model calls that one turn's answer may take.")] = 5
    agent_calls: Annotated[int, Field(ge=1, le=50, description="Tools that one turn's answer may use.")] = 8
    agent_seconds: Annotated[
        float, Field(gt=0, le=50, description="Seconds after which the lane's own steps answer instead of the model.")
    ] = 25.0
    model_prices: Annotated[
        Path | None, Field(description="A YAML file with prices of models, beside and before the bundled ones.")
    ] = None
    model_decide_s: Annotated[
        float, Field(gt=0, le=120, description="Seconds a decision may take, all attempts together.")
    ] = 10.0
    model_answer_s: Annotated[
        float, Field(gt=0, le=3600, description="Seconds a written answer may take, all attempts together.")
    ] = 90.0
    model_idle_s: Annotated[
        float, Field(gt=0, le=600, description="Seconds of silence after which an answer under way is given up.")
    ] = 20.0
    model_answer_tokens: Annotated[int, Field(ge=16, le=100_000, description="Tokens a written answer may have.")] = (
        1024
    )
    model_turn_tokens: Annotated[
        int, Field(ge=0, description="Tokens that the model calls of one turn may take, in and out; 0: no cap.")
    ] = 50_000
    model_turn_usd: Annotated[
        float, Field(ge=0, description="US dollars that the model calls of one turn may cost; 0: no cap.")
    ] = 0.25
    model_day_tokens: Annotated[
        int, Field(ge=0, description="Tokens that a tenant's model calls may take in a UTC day; 0: no cap.")
    ] = 20_000_000
    model_day_usd: Annotated[
        float, Field(ge=0, description="US dollars that a tenant's model calls may cost in a UTC day; 0: no cap.")
    ] = 25.0
    whatsapp_phone_number_id: Annotated[
        str | None,
        Field(pattern="^[0-9]{1,20}$", description="WhatsApp: the id of the phone number, from the app dashboard."),
    ] = None
    whatsapp_access_token: Annotated[SecretStr | None, Field(description="WhatsApp: a system user's access token.")] = (
        None
    )
    whatsapp_app_secret: Annotated[
        SecretStr | None,
        Field(description="WhatsApp: the app's secret; while it is being replaced both, with a comma between."),
    ] = None
    whatsapp_verify_token: Annotated[
        SecretStr | None,
        Field(description="WhatsApp: a word of your choice that Meta repeats when you enter the webhook's address."),
    ] = None
    whatsapp_apps: Annotated[
        Path | None,
        Field(description="WhatsApp: a YAML file of more apps, each with a webhook at `/webhooks/whatsapp/NAME`."),
    ] = None
    whatsapp_template: Annotated[
        str | None,
        Field(
            description="WhatsApp: `NAME/LANGUAGE,LANGUAGE`, an approved template with one variable. It carries an "
            "answer when the customer wrote nothing for 24 hours; without it such an answer is not sent."
        ),
    ] = None
    whatsapp_graph_url: Annotated[
        str, Field(pattern="^https?://", description="WhatsApp: where the Graph API is, without the version.")
    ] = "https://graph.facebook.com"
    whatsapp_version: Annotated[
        str, Field(pattern="^v[0-9]{1,3}[.][0-9]$", description="WhatsApp: the Graph API's version.")
    ] = "v26.0"
    whatsapp_rate: Annotated[
        int,
        Field(ge=1, le=1000, description="WhatsApp: messages a second; 20 for a number in the Business app."),
    ] = 80
    whatsapp_reconcile_s: Annotated[
        float,
        Field(ge=1, le=3600, description="WhatsApp: seconds a send in doubt waits for a status before it is repeated."),
    ] = 60.0
    payments_url: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="Where payment links are asked for; docs/shop.md says how. None: no links.",
        ),
    ] = None
    payments_key: Annotated[
        SecretStr | None, Field(description="The payment provider's key, sent as a Bearer token.")
    ] = None
    payments_secret: Annotated[
        SecretStr | None, Field(description="What the payment provider signs its news with; docs/shop.md says how.")
    ] = None
    transcription_model: Annotated[
        str | None,
        Field(
            pattern="^openai:.",
            description="The model that voice notes are written down by, such as `openai:gpt-4o-mini-transcribe`; "
            "without one the customer is asked to write.",
        ),
    ] = None
    media_url: Annotated[
        SecretStr | None,
        Field(
            description="S3-compatible storage for customers' files instead of the data folder: "
            "`s3://bucket/prefix?endpoint=https://host&region=name`, its keys in `AWS_ACCESS_KEY_ID` and "
            "`AWS_SECRET_ACCESS_KEY` or as `s3://KEY:SECRET@bucket`."
        ),
    ] = None
    media_days: Annotated[int, Field(ge=1, le=3650, description="Days that customers' files are kept.")] = 30
    media_document_mb: Annotated[
        int, Field(ge=1, le=100, description="The largest document that is taken from a customer, in MB.")
    ] = 100
    log_level: Annotated[
        str, Field(pattern="^(debug|info|warning|error)$", description="Least severe log line to write.")
    ] = "info"
    log_format: Annotated[
        str, Field(pattern="^(console|json)$", description="`console` for people, `json` for machines: one line each.")
    ] = "console"

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Return the settings of this process.

        Raises:
            SettingsError: names the first variable that is wrong and what it expects.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type] # checked by pydantic
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(
                f"{name}: {first['msg']} (it is {first['input']!r:.80}).",
                hint="docs/settings.md lists every setting with its default; `laneway doctor` checks them all.",
            ) from error

    @classmethod
    def strangers(cls) -> list[str]:
        """Return variables with our prefix that no setting has: misspelt, most likely."""
        known = {PREFIX + name.upper() for name in cls.model_fields}
        named = {name for name in os.environ if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_")}
        return sorted(named - known)

    @property
    def router_models(self) -> list[ModelName]:
        """The models that decide, in order of preference."""
        return named(self.router_model)

    @property
    def agent_models(self) -> list[ModelName]:
        """The models that write, in order of preference."""
        return named(self.agent_model)

    @property
    def lease_ms(self) -> int:
        """Milliseconds a worker holds a session without a renewal; the rest of the recovery time is for finding it."""
        return int(self.recovery_s * 600)

    @property
    def session_ttl_ms(self) -> int:
        """Milliseconds a session lives after its last message."""
        return int(self.session_ttl_hours * 3_600_000)
