"""The command ``stageline``: what an operator and a newcomer type."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from server.settings import SECRET, BadSettings, Settings, load_settings
from server.trouble import Trouble, say

T = TypeVar("T")
COLLECTED_AFTER = 50_000
"""After how many new objects the garbage collector looks for some to throw away: a start makes many that stay."""
EPILOG = (
    "Settings are environment variables: DATABASE_URL, REDIS_URL, HOST, PORT, DATA_DIR, POOL_SIZE, LOG_LEVEL, "
    "LOG_FORMAT, PUBLIC_URL, ALLOWED_ORIGINS, INTROSPECTION, GRAPHIQL, MAX_BODY_BYTES, SESSION_HOURS, TRUSTED_PROXIES, "
    "ALLOW_PRIVATE_WEBHOOKS, METRICS_PORT, METRICS_HOST. "
    "`stageline settings` explains each and shows its value."
)
app = typer.Typer(
    name="stageline",
    help="Stageline: a GraphQL API with real-time subscriptions for firms that move client work through stages.\n\n"
    "To try it on this machine: stageline serve --demo",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
templates = typer.Typer(
    name="marketplace",
    help="Look at the templates of pipelines, and check documents of your own.",
    no_args_is_help=True,
)
app.add_typer(templates, name="marketplace")
Host = Annotated[str | None, typer.Option(help="The address to listen on (HOST).", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="The port to listen on (PORT).", show_default="8000")]


def main() -> NoReturn:
    """Run the command line. What goes wrong for a known reason is one sentence on standard error, no traceback."""
    gc.set_threshold(COLLECTED_AFTER)
    try:
        app()
    except BadSettings as error:
        say(f"stageline: {error}")
        sys.exit(2)
    except Trouble as error:
        say(f"stageline: {error}")
    except KeyboardInterrupt:
        say("stageline: interrupted")
    sys.exit(1)


@app.command()
def serve(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Fill a demo firm when the database holds no firm.")] = False,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run everything in one process: web, worker, and without DATABASE_URL a private PostgreSQL in DATA_DIR.

    Migrates by itself. GraphiQL and introspection are on with the private PostgreSQL or --demo. Ctrl-C stops all of it;
    the data stays and is there at the next start.
    """
    settings = _settings(host=host, port=port)
    from server import serve as processes  # noqa: PLC0415  (other commands start faster without it)

    _run(processes.serve(settings, demo=demo))


@app.command()
def web(host: Host = None, port: Port = None) -> None:
    """Run the web server alone. Needs DATABASE_URL, migrated. For production: as many processes as wanted."""
    settings = _settings(host=host, port=port)
    from server import serve as processes  # noqa: PLC0415

    _run(processes.serve_web(settings))


@app.command()
def worker() -> None:
    """Run the worker alone: midnights and housekeeping. Needs DATABASE_URL, migrated. As many processes as wanted."""
    settings = _settings()
    from server import serve as processes  # noqa: PLC0415

    _run(processes.serve_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database at DATABASE_URL up to date. Safe to run twice, and by several machines at the same time."""
    settings = _settings()
    from server import ready  # noqa: PLC0415

    names = _run(ready.migrated(ready.required_url(settings)))
    typer.echo("\n".join(f"applied {name}" for name in names) if names else "The database is up to date.")


@app.command()
def export_schema(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail on drift and on breaking changes.")
    ] = False,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("schema/stageline.graphql"),
) -> None:
    """Write the GraphQL schema to a file, for clients' code generators.

    With --check: fail when the file is not what the code exports, or it breaks clients of the committed one (of the
    git revision in SCHEMA_BASE, HEAD by default). Breaks made on purpose are listed in accepted-breaks.txt beside it.
    """
    from gql.schema import sdl  # noqa: PLC0415
    from server import schema_file  # noqa: PLC0415

    if check:
        schema_file.check(sdl(), to)
        typer.echo(f"{to} is what the code exports, and breaks nobody.")
    else:
        changed = schema_file.write(sdl(), to)
        typer.echo(f"{to} {'written' if changed else 'was up to date'}.")


@app.command()
def create_firm(
    name: Annotated[str, typer.Option(help="The firm's name.")],
    email: Annotated[str, typer.Option(help="The owner's e-mail address, which is the login.")],
    owner_name: Annotated[str, typer.Option(help="The owner's name.")],
    time_zone: Annotated[str, typer.Option(help="The firm's IANA time zone, such as Europe/Berlin.")] = "UTC",
    currency: Annotated[str, typer.Option(help="The firm's currency, by its ISO 4217 code.")] = "EUR",
    password: Annotated[
        str | None,
        typer.Option(
            envvar="STAGELINE_PASSWORD", help="The owner's password; asked for when missing.", show_default=False
        ),
    ] = None,
) -> None:
    """Make a firm and its owner, in the database of DATABASE_URL, or in the private one of `serve` (running or not)."""
    settings = _settings()
    from server.firms import NewFirm, create  # noqa: PLC0415

    firm = NewFirm(name, email, owner_name, password or _ask_password(), time_zone, currency)
    typer.echo(_run(create(settings, firm)))


@app.command()
def seed(
    firms: Annotated[int, typer.Option(min=1, help="How many firms.")] = 20,
    pipelines: Annotated[int, typer.Option(min=1, help="How many pipelines, in all firms together.")] = 200,
    jobs: Annotated[int, typer.Option(min=1, help="How many jobs, in all pipelines together.")] = 100_000,
    number: Annotated[
        int, typer.Option("--seed", min=0, help="Another number makes other firms, beside those that are there.")
    ] = 1,
) -> None:
    """Add firms full of jobs to the database at DATABASE_URL, to measure or to try clients. Needs it migrated.

    Writes ids, API tokens (of an owner and of an employee with limited access, per firm) and a password for all logins
    to standard output, as JSON: no other way leads to them. The same seed makes the same ids, names and places, with
    days counted from today; tokens and the password are new each time. What is in the database already is left alone.
    All of it is there at the end, or after Ctrl-C none. Nothing removes it but dropping the database.
    """
    settings = _settings()
    import orjson  # noqa: PLC0415

    from server.seed import seed as fill  # noqa: PLC0415
    from store.writes.seed_numbers import Seeding  # noqa: PLC0415

    made = _run(fill(settings, Seeding(number, firms, pipelines, jobs)))
    typer.echo(orjson.dumps(made, option=orjson.OPT_INDENT_2).decode())


@app.command()
def watch(  # noqa: PLR0913  (each is an option that somebody types)
    pipeline: Annotated[
        str | None, typer.Argument(help="The pipeline: a part of its name, or its id.", show_default="the only one")
    ] = None,
    *,
    url: Annotated[str, typer.Option(envvar="STAGELINE_URL", help="Where Stageline is.")] = "http://127.0.0.1:8000",
    email: Annotated[str | None, typer.Option(envvar="STAGELINE_EMAIL", help="Who logs in; asked for.")] = None,
    password: Annotated[
        str | None, typer.Option(envvar="STAGELINE_PASSWORD", help="The password; asked for.", show_default=False)
    ] = None,
    firm: Annotated[str | None, typer.Option(help="The firm, where the login belongs to several.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only jobs assigned to you.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only jobs that are overdue.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="A line per change instead of a screen, as where there is no terminal.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Show the board once and end.")] = False,
) -> None:
    """Show a pipeline's board in the terminal, live: a client of the API, for a desk or a screen on the wall.

    Ctrl-C ends it. STAGELINE_TOKEN takes the place of e-mail and password.
    """
    from server.watch.command import Options, credentials  # noqa: PLC0415
    from server.watch.command import watch as follow  # noqa: PLC0415

    who = credentials(email, password, firm)
    _run(
        follow(Options(pipeline=pipeline, url=url, credentials=who, mine=mine, overdue=overdue, plain=plain, once=once))
    )


@templates.command("list")
def list_templates() -> None:
    """List the templates that are shipped: their keys, as installPipelineTemplate takes them, names and categories."""
    from server.templates import listed  # noqa: PLC0415

    typer.echo("\n".join(listed()))


@templates.command("check")
def check_template(
    files: Annotated[list[Path], typer.Argument(help="Documents of pipelines: .json, or else YAML.")],
) -> None:
    """Check documents of pipelines without a database: its form, its references, texts and shortcodes.

    docs/guides/marketplace.md describes the format. Every problem is a line with its place, such as
    stages[3].automations[1].config.template. What only a firm can tell (names that are taken, its currency) is checked
    as it is installed.
    """
    from server.templates import checked  # noqa: PLC0415

    bad = []
    for file in files:
        try:
            typer.echo(checked(file))
        except Trouble as error:
            bad.append(str(error))
    if bad:
        raise Trouble("\n".join(bad))


@app.command("settings")
def show_settings() -> None:
    """Explain every setting, and show its value now."""
    settings = _settings()
    for name, field in type(settings).model_fields.items():
        secret = name in SECRET and getattr(settings, name)
        value = "(set)" if secret else getattr(settings, name)
        typer.echo(f"{name.upper()} = {value}\n    {field.description}")


def _settings(**overrides: Any) -> Settings:
    from server.logs import configure_logs  # noqa: PLC0415

    settings = load_settings(**overrides)
    configure_logs(settings)
    return settings


def _run(work: Coroutine[Any, Any, T]) -> T:
    import uvloop  # noqa: PLC0415

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise Trouble("No password: set STAGELINE_PASSWORD or give --password where there is no terminal to ask at.")
    return str(typer.prompt("Password of the owner", hide_input=True, confirmation_prompt=True))
