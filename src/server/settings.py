"""Every setting of Stageline: read from environment variables, with defaults that suit a first start on one machine."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.hooks import web_addresses
from engine.hooks.reach import network
from server.delivery.addresses import ascii_address
from server.delivery.smtp_url import MailServer
from store.objects import Objects

Words = Annotated[tuple[str, ...], NoDecode]
"""Several words in one variable, separated by commas."""


class BadSettings(ValueError):
    """An environment variable holds a value that Stageline cannot use. The message is one sentence per variable."""


class Settings(BaseSettings):
    """What an operator may choose. Each attribute is read from the environment variable of the same name in upper case.

    Make it with :func:`load_settings`, which words a bad value for people.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, validate_by_name=True)

    database_url: str | None = Field(
        None,
        description="The PostgreSQL to use, as postgresql://user:password@host:port/name. Without it `stageline serve` "
        "starts a private PostgreSQL in DATA_DIR; every other command demands it.",
    )
    redis_url: str | None = Field(
        None,
        description="The Redis that wakes the other processes, as redis://host:port/0. Without it changes "
        "travel at once inside one process and within seconds between several.",
    )
    smtp_url: str | None = Field(
        None,
        description="The mail server, as smtp://user:password@host:587 (encrypted by STARTTLS, or with ?tls=off not at "
        "all) or smtps://user:password@host:465. Without it e-mails are files in DATA_DIR/mail.",
    )
    mail_from: str | None = Field(
        None,
        validate_default=True,
        description="The address that e-mails come from, unless a firm has its own. Needed with SMTP_URL.",
    )
    host: str = Field("127.0.0.1", description="The address to listen on; 0.0.0.0 for all of the machine's.")
    port: int = Field(8000, ge=1, le=65535, description="The TCP port to listen on.")
    data_dir: Path = Field(Path("var"), description="The folder of the private PostgreSQL and other local data.")
    files_url: str | None = Field(
        None,
        description="Where uploaded files are kept: a bucket, as s3://bucket/prefix, gs://bucket or az://container, "
        "with its credentials in the environment (AWS_ACCESS_KEY_ID and the like), or file:///folder. Without it they "
        "are in DATA_DIR/files. All processes must reach the same.",
    )
    max_file_bytes: int = Field(
        1024**3, ge=1024, lt=2**31, description="The largest file that may be uploaded, in bytes (1 GiB; below 2 GiB)."
    )
    pool_size: int = Field(10, ge=2, le=1000, description="The most database connections one process holds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least level logged.")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="How log lines look; auto is console on a terminal and json elsewhere."
    )
    public_url: str | None = Field(
        None,
        description="The address by which browsers reach the server; default http://HOST:PORT. With https, cookies are "
        "marked secure.",
    )
    allowed_origins: Words = Field(
        (), description="Further web origins whose pages may call the API with cookies, separated by commas."
    )
    introspection: bool = Field(
        default=False,
        description="Whether the schema may be asked for over HTTP. On in `serve` with its own database or --demo.",
    )
    graphiql: bool = Field(
        default=False, description="Whether the GraphiQL page is served. On in `serve` with its own database or --demo."
    )
    max_body_bytes: int = Field(
        1024 * 1024, ge=1024, description="The largest request body accepted, in bytes (1 MiB)."
    )
    session_hours: int = Field(
        336, ge=1, description="How long a login lasts without being renewed, in hours (14 days)."
    )
    max_sockets: int = Field(
        20_000, ge=1, description="WebSocket connections that one web process takes; more are told to try again later."
    )
    max_streams: int = Field(
        1_000, ge=1, description="Streams that one member may have open in one web process, over all connections."
    )
    log_days: int = Field(
        30,
        ge=1,
        description="For how many days the worker keeps a firm's event log. A client that comes back later draws anew.",
    )
    log_events: int = Field(
        1_000_000, ge=1_000, description="The most events that it keeps per firm, however young they are."
    )
    trusted_proxies: Words = Field(
        (),
        description="Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed, separated "
        "by commas; * for any. Without it the peer's own address counts.",
    )

    allow_private_webhooks: Words = Field(
        (),
        description="Hosts and networks that webhooks may go to though they are not on the public internet, also by "
        "http://, separated by commas: names, addresses, or networks such as 10.1.0.0/16.",
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="The TCP port on which Prometheus reads metrics. Without it there are none."
    )
    metrics_host: str = Field(
        "127.0.0.1", description="The address on which it does. Whoever reaches it may read: keep it inside."
    )

    @property
    def base_url(self) -> str:
        """The address by which people reach this server, without a slash at its end."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  (read, not bound)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def defaulting(self, **defaults: Any) -> Self:
        """Return a copy in which ``defaults`` fill those settings that nobody has set."""
        unset = {name: value for name, value in defaults.items() if name not in self.model_fields_set}
        return self.model_copy(update=unset)

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("allowed_origins", "trusted_proxies", "allow_private_webhooks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if scheme not in {"postgres", "postgresql"} or not separator:
            raise ValueError("must look like postgresql://user:password@host:port/name")
        _port_of(value)
        return f"postgresql://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must look like redis://host:port/0")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str | None) -> str | None:
        if value is not None:
            MailServer.parse(value)  # its ValueError says what is wrong
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            if info.data.get("smtp_url"):
                raise ValueError("must be set with SMTP_URL, such as office@example.com")
            return None
        if value.count("@") != 1 or any(sign.isspace() or sign in "<>" for sign in value):
            raise ValueError("must be an e-mail address, without a name")
        return ascii_address(value)

    @field_validator("files_url")
    @classmethod
    def _files(cls, value: str | None) -> str | None:
        if value is not None:
            Objects.of(value)  # its ValueError says what is wrong
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        return value if value is None else _origin(value)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_network, value))

    @field_validator("allow_private_webhooks")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if network(word) is None and not web_addresses.is_name(word):
                raise ValueError(f"must list names, addresses and networks; {word} is none of them")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_origin, value))


def _network(value: str) -> str:
    if value != "*":
        ip_network(value, strict=False)  # its ValueError says what is wrong
    return value


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment; ``overrides`` (attribute names) win, ``None`` among them is no override.

    Raises :class:`BadSettings`.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise BadSettings(" ".join(map(_sentence, error.errors()))) from None


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.rstrip("/") or parts.query:
        raise ValueError("must look like https://name or https://name:port")
    _port_of(value)
    return value.rstrip("/")


def _port_of(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        raise ValueError("has a port that is not a number from 0 to 65535") from None


SECRET: Final = frozenset({"database_url", "redis_url", "smtp_url"})
"""Settings whose values may hold a password, and are shown to nobody."""


def _sentence(error: Any) -> str:
    name = str(error["loc"][0])
    shown = "" if name in SECRET or error["input"] is None else f" (it is {error['input']!r})"
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"The setting {name.upper()} {text[0].lower()}{text[1:]}{shown}."
