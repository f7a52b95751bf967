"""Settings: read from the environment, refused in words for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.files.storage import storage
from server.settings import BadSettings, Settings, load_settings
from tests.support.processes import OURS


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)


def test_every_setting_has_a_default_and_a_description() -> None:
    """A first start needs nothing, and `stageline settings` explains all."""
    settings = load_settings()
    assert (settings.database_url, settings.host, settings.port) == (None, "127.0.0.1", 8000)
    assert (settings.introspection, settings.graphiql) == (False, False), "closed unless somebody opens it"
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_names_of_the_database_scheme_are_one(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms hand out either."""
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@db:5433/stageline?sslmode=require")
    assert load_settings().database_url == "postgresql://u:p@db:5433/stageline?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "http", "PORT"),
        ("PORT", "70000", "PORT"),
        ("DATABASE_URL", "mysql://u:secret@db/x", "DATABASE_URL must look like postgresql://"),
        ("DATABASE_URL", "postgresql://u:secret@db:x/x", "DATABASE_URL has a port"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must look like redis://"),
        ("SMTP_URL", "mail.example", "SMTP_URL must look like smtp://"),
        ("SMTP_URL", "smtp://u:secret@mail.example:x", "SMTP_URL must look like smtp://"),
        ("SMTP_URL", "smtp://u:secret@mail.example/folder", "SMTP_URL must look like smtp://"),
        ("SMTP_URL", "smtp://mail.example?tls=no&secret=1", "SMTP_URL must have no option but"),
        ("SMTP_URL", "smtps://mail.example?tls=off", "SMTP_URL must have no option but"),
        ("SMTP_URL", "smtp://secret@mail.example", "SMTP_URL must name both a user and a password"),
        ("SMTP_URL", "smtp://u:secret@mail.example", "MAIL_FROM must be set with SMTP_URL"),
        ("MAIL_FROM", "Kontor <office@example.com>", "MAIL_FROM must be an e-mail address"),
        ("MAIL_FROM", "büro@example.com", "MAIL_FROM büro@example.com cannot be written to"),
        ("PUBLIC_URL", "stageline.example", "PUBLIC_URL must look like https://"),
        ("ALLOWED_ORIGINS", "https://a.example,b.example/x", "ALLOWED_ORIGINS must look like https://"),
        ("TRUSTED_PROXIES", "proxy", "TRUSTED_PROXIES"),
        (
            "ALLOW_PRIVATE_WEBHOOKS",
            "10.0.0.0/8,in tra",
            "ALLOW_PRIVATE_WEBHOOKS must list names, addresses and networks",
        ),
        ("ALLOW_PRIVATE_WEBHOOKS", "10.0.0.0/99", "ALLOW_PRIVATE_WEBHOOKS must list names"),
        ("ALLOW_PRIVATE_WEBHOOKS", "http://intranet/", "ALLOW_PRIVATE_WEBHOOKS must list names"),
        ("FILES_URL", "files", "FILES_URL must look like s3://"),
        ("FILES_URL", "file://server/share", "FILES_URL must look like s3://"),
        ("FILES_URL", "ftp://files.example/folder", "FILES_URL must look like s3://"),
        ("FILES_URL", "s3:///prefix", "FILES_URL must look like s3://"),
        ("MAX_FILE_BYTES", "2147483648", "MAX_FILE_BYTES"),
        ("METRICS_PORT", "0", "METRICS_PORT"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("LOG_DAYS", "0", "LOG_DAYS"),
        ("LOG_EVENTS", "999", "LOG_EVENTS"),
        ("POOL_SIZE", "0", "POOL_SIZE"),
        ("GRAPHIQL", "perhaps", "GRAPHIQL"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that starts with the variable, without the secrets of an address."""
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"^The setting {said}") as refused:
        load_settings()
    assert "secret" not in str(refused.value)


def test_a_mail_server_and_a_sender_are_set_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender's domain is kept as mail servers take it."""
    monkeypatch.setenv("SMTP_URL", "smtp://u:p@mail.example")
    monkeypatch.setenv("MAIL_FROM", "office@büro.example")
    assert load_settings().mail_from == "office@xn--bro-hoa.example"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces and a slash at the end do not matter."""
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example/, http://localhost:3000")
    assert load_settings().allowed_origins == ("https://a.example", "http://localhost:3000")


def test_files_lie_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    """Nothing is made before the first file comes."""
    assert storage(load_settings(data_dir=tmp_path)).folder == tmp_path / "files"
    assert storage(load_settings(files_url=f"file://{tmp_path}/a%20b")).folder == tmp_path / "a b"
    assert storage(load_settings(files_url="s3://bucket/prefix")).folder is None
    assert list(tmp_path.iterdir()) == []


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files and CI write empty variables."""
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PORT", "")
    assert load_settings() == Settings()


def test_defaults_of_a_command_yield_to_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` opens GraphiQL, but not against the operator's word."""
    monkeypatch.setenv("GRAPHIQL", "false")
    opened = load_settings().defaulting(graphiql=True, introspection=True)
    assert (opened.graphiql, opened.introspection) == (False, True)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 9}, "http://127.0.0.1:9"),  # noqa: S104
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://app.example/"}, "https://app.example"),
    ],
)
def test_the_base_address_is_one_that_people_can_open(given: dict[str, object], base: str) -> None:
    """Where nobody names the public address it is made of host and port."""
    assert load_settings(**given).base_url == base
