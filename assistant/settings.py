"""Environment → Settings: read once, frozen, passed in. The only reader of the environment."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from assistant.errors import SettingsInvalid

PREFIX = "SCOPEWRIGHT_"


class ModelServer(BaseModel):
    """An OpenAI-compatible server: its address, the model to ask for, and a key if it wants one."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(pattern=r"^https?://[^@?]+$")
    model: str
    key: SecretStr | None = None


class Settings(BaseSettings):
    """Every setting; names carry their unit, each is `SCOPEWRIGHT_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("scopewright"),
        description="Data folder: database, indexes and uploaded files.",
    )
    knowledge: Path | None = Field(
        default=None, description="Folder of articles to use in place of the shipped ones."
    )
    encoder: str = Field(
        default="bundled",
        description="`bundled`, `sentence-transformers:<name or folder>`, `openai:<name>`, "
        "or any LangChain embeddings provider as `<provider>:<name>`.",
    )
    encoder_threads: int = Field(
        default=2, ge=1, le=64, description="Threads of the bundled encoder when it indexes."
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="Key for OpenAI models; read from OPENAI_API_KEY.",
    )
    openai_model: str = Field(
        default="gpt-5-mini", description="OpenAI model used when `ladder` is not set."
    )
    openai_base_url: str | None = Field(
        default=None,
        validation_alias="OPENAI_BASE_URL",
        description="Address of the OpenAI API, when it is not OpenAI's own.",
    )
    ladder: str = Field(
        default="",
        description="Models to try in order, separated by commas: `openai:<model>`, "
        "`ollama:<model>`, `server:<name in servers>`, `server:<address>#<model>`, any LangChain "
        "provider as `<provider>:<model>`, `local`, `extractive`. Empty: chosen by what is there.",
    )
    servers: dict[str, ModelServer] = Field(
        default_factory=dict,
        description='OpenAI-compatible servers as JSON: {"lab": {"base_url": "http://10.0.0.5:8000/v1",'
        ' "model": "qwen3", "key": "..."}}; named `server:lab` in `ladder`.',
    )
    ollama_url: str = Field(
        default="http://127.0.0.1:11434", description="Address of Ollama for `ollama:` models."
    )
    find_local_servers: bool = Field(
        default=True,
        description="With no `ladder`: look for Ollama, LM Studio, llama-server and vLLM on their "
        "usual ports of this machine.",
    )
    model_stream: bool = Field(
        default=True, description="Off for servers or proxies that cannot stream replies."
    )
    model_connect_s: float = Field(default=5, gt=0, description="Longest wait for a connection.")
    model_first_token_s: float = Field(
        default=30, gt=0, description="Longest wait for the first token of a remote model."
    )
    model_first_token_local_s: float = Field(
        default=120,
        gt=0,
        description="Longest wait for the first token of a local model.",
    )
    model_gap_s: float = Field(default=20, gt=0, description="Longest pause between two tokens.")
    model_total_s: float = Field(
        default=180, gt=0, description="Longest time for one reply, with every rung and retry."
    )
    model_context: int = Field(
        default=16_384, ge=1024, description="Tokens one request to a remote model may hold."
    )
    model_retries: int = Field(
        default=2, ge=0, le=5, description="Further tries on one rung after a passing fault."
    )
    model_retry_after_s: float = Field(
        default=20, ge=0, description="Longest wait that a busy model may ask for."
    )
    breaker_failures: int = Field(
        default=5, ge=1, description="Failures of a rung within `breaker_s` that let it rest."
    )
    breaker_s: float = Field(
        default=30, gt=0, description="Window of counted failures, and how long a rung rests."
    )
    local_model: Path | None = Field(
        default=None, description="GGUF file of the embedded model, in place of the default one."
    )
    local_threads: int = Field(
        default_factory=lambda: min(4, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Threads of the embedded model.",
    )
    local_context: int = Field(
        default=4096, ge=512, description="Tokens one request to the embedded model may hold."
    )
    local_parallel: int = Field(
        default=2, ge=1, le=64, description="Requests the embedded model works on at once."
    )
    local_cache_mib: int = Field(
        default=256, ge=0, description="Memory for prompts the embedded model remembers, in MiB."
    )
    local_idle_s: float = Field(
        default=600, gt=0, description="The embedded model stops after this long without use."
    )
    tiktoken_folder: Path | None = Field(
        default=None,
        validation_alias="TIKTOKEN_CACHE_DIR",
        description="Folder with tiktoken vocabularies; without one, counts are approximate.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web page listens on.")
    access_key: SecretStr | None = Field(
        default=None,
        description="Asked for by the page; needed when it listens beyond this machine.",
    )
    port: int = Field(default=8501, ge=1, le=65535, description="Port of the web page.")
    api_host: str = Field(default="127.0.0.1", description="Address the HTTP API listens on.")
    api_port: int = Field(default=8080, ge=1, le=65535, description="Port of the HTTP API.")
    api_names: str = Field(
        default="",
        description="Names under which clients reach the HTTP API, separated by commas; "
        "`localhost` and addresses in numbers are known.",
    )
    api_requests_per_minute: int = Field(
        default=600, ge=1, description="Requests that one key may send in a minute."
    )
    api_streams: int = Field(
        default=64, ge=1, le=1000, description="Answers that the HTTP API works on at once."
    )
    api_upload_mb: int = Field(
        default=60, ge=1, le=1000, description="Largest upload in one request, in MB."
    )
    slack_bot_token: SecretStr | None = Field(
        default=None, description="Bot token of the Slack app, `xoxb-…`."
    )
    slack_app_token: SecretStr | None = Field(
        default=None, description="App-level token of the Slack app for socket mode, `xapp-…`."
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="Signing secret of the Slack app, for requests over HTTP."
    )
    slack_admins: str = Field(
        default="",
        description="Ids of Slack users who may bind channels to projects, separated by commas.",
    )
    slack_team: str = Field(
        default="",
        description="Id of the only Slack workspace that is served; empty: the token's own.",
    )
    page_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s<>|]+)?$",
        description="Address of the web page as people reach it, for links in chat; empty: by its "
        "`host` and `port`.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="Least severity that servers log; below INFO, logs can hold people's text.",
    )

    @cached_property
    def packaged(self) -> Path:
        """The folder that holds `knowledge/`, `ui/` and `evals/`: the checkout or the wheel."""
        package = Path(__file__).parent
        shipped = package / "_shipped"
        return shipped if shipped.is_dir() else package.parent

    @cached_property
    def page_address(self) -> str:
        """Where people find the web page, without a slash at its end."""
        return (self.page_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def knowledge_folder(self) -> Path:
        """The folder of articles in use."""
        return self.knowledge or self.packaged / "knowledge"


def load_settings(**given: Any) -> Settings:
    """Read the environment once; raise SettingsInvalid for a wrong or unknown variable."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsInvalid(
            f"Unknown setting {unknown[0]}.",
            remedy=f"Known settings: {', '.join(sorted(known))}.",
        )
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsInvalid(f"{name}: {first['msg']}.", remedy="Correct or unset it.") from None
    except SettingsError:
        # Its cause quotes the value, which may hold a key.
        raise SettingsInvalid(
            f"{PREFIX}SERVERS is not valid JSON.",
            remedy='Write {"name": {"base_url": "http://...", "model": "..."}}.',
        ) from None
