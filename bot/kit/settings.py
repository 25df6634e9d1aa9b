"""Settings, read from the environment (prefix `ESCALE_`) and from `.env`.

Every setting stands in `.env.example` too; a test holds the two together.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """What an installation may choose. Built once, at the edge, and passed down."""

    model_config = SettingsConfigDict(env_prefix="ESCALE_", env_file=".env", extra="ignore")

    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="Token given by @BotFather. Empty: everything runs but Telegram."
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org", description="Base of the Bot API server; `/bot<token>/` is added."
    )
    telegram_webhook_url: str = Field(
        default="", description="Public https address of /telegram/webhook. Empty: polling."
    )
    telegram_webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that Telegram repeats in each webhook call. Empty: made and kept in the data directory.",
    )
    database_url: str = Field(
        default="", description="Any PostgreSQL >= 15 with pgvector, pg_trgm and unaccent. Empty: the embedded one."
    )
    data_dir: Path = Field(default=Path(".escale"), description="Embedded database, secrets and logs.")
    rasa_url: str = Field(
        default="", description="Base of a running Rasa. Empty: `escale up` and `escale chat` start one."
    )
    rasa_port: int = Field(default=5005, description="Port of the Rasa that Escale starts, on 127.0.0.1.")
    rasa_secret: SecretStr = Field(
        default=SecretStr(""), description="Shared by the app and Rasa. Empty: made and kept in the data directory."
    )
    actions_port: int = Field(default=8001, description="Port of Rasa's custom actions, on 127.0.0.1.")
    http_host: str = Field(default="127.0.0.1", description="Address that the HTTP process listens on.")
    http_port: int = Field(default=8000, description="Port of /telegram/webhook, /healthz, /readyz and /metrics.")
    worker_concurrency: int = Field(default=8, ge=1, le=64, description="Turns that one worker handles at a time.")
    sender_rate: float = Field(
        default=29.5, gt=0, description="Messages a second to Telegram, over all; it takes 30 unless you pay."
    )
    sender_chat_rate: float = Field(
        default=1.0, gt=0, description="Messages a second to one chat, after short bursts of 3; Telegram takes 1."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    operator_name: str = Field(
        default="la Maison de l'emploi de Saint-Étienne", description="Who runs the assistant, as young people read it."
    )
    operator_contact: str = Field(
        default="", description="How to reach a human: an address, a phone line or a page, as young people read it."
    )

    @field_validator("telegram_api_url", "rasa_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def has_telegram(self) -> bool:
        """Whether a bot token is set."""
        return bool(self.telegram_token.get_secret_value())

    @cached_property
    def data_path(self) -> Path:
        """Absolute data directory, relative paths counted from the project's root; made if missing."""
        path = self.data_dir if self.data_dir.is_absolute() else PROJECT_ROOT / self.data_dir
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret_for_rasa(self) -> str:
        """Return the secret shared with Rasa and its actions."""
        return self.rasa_secret.get_secret_value() or self._kept_secret("rasa")

    def secret_for_webhook(self) -> str:
        """Return the secret that Telegram must repeat (1-256 of A-Z a-z 0-9 _ -)."""
        return self.telegram_webhook_secret.get_secret_value() or self._kept_secret("webhook")

    def _kept_secret(self, name: str) -> str:
        path = self.data_path / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32))
            try:
                path.hardlink_to(draft)  # the first process to arrive wins; the others read its secret
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
