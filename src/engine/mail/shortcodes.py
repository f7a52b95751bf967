"""Shortcodes: words in brackets that stand for what is known when a text is used, e.g. [ACCOUNT_NAME] (AU8).

In double brackets a word is shown as it is: [[ACCOUNT_NAME]] becomes [ACCOUNT_NAME]. What a shortcode stands for is
never looked through for shortcodes itself.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from html import escape, unescape
from typing import Final

from engine.checks import NAME_LENGTH, Checks
from engine.enums import CustomFieldKind, ErrorCode
from engine.firm.field_values import YES
from engine.time import periods
from store.database import Db, Row
from store.reads import shortcodes as reads
from store.writes import custom_fields

FIELD: Final = "ACCOUNT_CUSTOM_FIELD"
"""Followed by a colon and the field's name, as it is written."""

CONTACTS: Final = frozenset({"CONTACT_NAME", "CONTACT_FIRST_NAME"})
PERIODS: Final = frozenset(f"{word}_{unit}" for word in periods.SHIFTS for unit in periods.UNITS)
OF_ACCOUNTS: Final = frozenset({"ACCOUNT_NAME", "FIRM_NAME", FIELD}) | CONTACTS | PERIODS
"""What stands for something before there is a job."""

OF_JOBS: Final = OF_ACCOUNTS | {"JOB_NAME", "JOB_START_DATE", "JOB_DUE_DATE", "PIPELINE_NAME", "STAGE_NAME"}
"""All there are."""

_WORD: Final = r"[A-Z][A-Z0-9_]++(?::[^\[\]\n]*+)?+"
_CODE: Final = re.compile(rf"\[\[(?P<shown>{_WORD})\]\]|\[(?P<code>{_WORD})\]")
_SHOWN: Final = 60  # characters of a shortcode in a message


def codes(text: str) -> set[str]:
    """The shortcodes in a text, without their brackets; custom fields with their names."""
    return {unescape(match["code"]) for match in _CODE.finditer(text) if match["code"] is not None}


def is_private(text: str | None) -> bool:
    """Whether a text tells what is for those with access to the whole of the account (AC3)."""
    return bool(private(codes(text or "")))


def private(codes: Collection[str]) -> set[str]:
    """Those of the shortcodes that do: contacts, and custom fields of the account."""
    return {code for code in codes if code in CONTACTS or code.startswith(FIELD)}


async def fields(db: Db, firm_id: str) -> dict[str, str]:
    """The ids of the firm's custom fields by their names, for ``check``. They are kept while the text is saved."""
    return await custom_fields.names(db, firm_id)


def check(
    text: str | None,
    checks: Checks,
    *path: str,
    fields: Mapping[str, str],
    allowed: frozenset[str] = OF_JOBS,
) -> set[str]:
    """Notes the first shortcode of a text that does not exist, or stands for nothing here.

    Answers the ids of the custom fields that the text names, to be kept from deletion (``engine.automating.uses``).
    """
    named = set()
    for code in sorted(codes(text or "")):
        kind, colon, name = code.partition(":")
        if colon and kind == FIELD and kind in allowed and name in fields:
            named.add(fields[name])
        elif colon or kind == FIELD or kind not in allowed:
            checks.add(ErrorCode.UNKNOWN_SHORTCODE, _refusal(code, fields, allowed), *path)
            break
    return named


def _refusal(code: str, fields: Mapping[str, str], allowed: frozenset[str]) -> str:
    if code in OF_JOBS - {FIELD}:
        return f"[{code}] stands for nothing here."
    known = sorted(allowed - {FIELD} | {f"{FIELD}:{name}" for name in fields})
    short = code if len(code) <= _SHOWN else f"{code[: _SHOWN - 1]}…"
    near = get_close_matches(short, known, n=1)
    meant = f"[{near[0]}], or " if near else ""
    return f"There is no shortcode [{short}]: write {meant}[[{short}]] to show it as it is."


def resolve(text: str, values: Mapping[str, str], *, html: bool = False) -> str:
    """The text with every shortcode replaced by its value, escaped in HTML. One without a value stays as it is."""

    def put(match: re.Match[str]) -> str:
        if match["code"] is None:
            return f"[{match['shown']}]"
        value = values.get(unescape(match["code"]))
        if value is None:
            return match[0]
        return escape(value) if html else value

    return _CODE.sub(put, text)


def renamed(text: str, names: Mapping[str, str], *, html: bool = False) -> str:
    """The text where it names custom fields otherwise: by their new names instead of the old ones."""

    def put(match: re.Match[str]) -> str:
        kind, colon, name = unescape(match["code"] or "").partition(":")
        if not colon or kind != FIELD or name not in names:
            return match[0]
        return f"[{FIELD}:{escape(names[name]) if html else names[name]}]"

    return _CODE.sub(put, text) if names else text


def resolve_line(text: str, values: Mapping[str, str], length: int = NAME_LENGTH) -> str:
    """The same as one line of no more than so many characters: for names and subjects."""
    return " ".join(resolve(text, values).split())[:length].rstrip()


async def values(
    db: Db, firm_id: str, job_ids: Collection[str], codes: Collection[str], day: date
) -> dict[str, dict[str, str]]:
    """What the shortcodes stand for, by job, in at most five statements; none for jobs that are not there.

    ``day`` is that of the period, today in the firm's time zone; for a recurring job it is that of its occurrence,
    whatever day it is. The contact is the account's first by name; what goes to a certain one takes ``of_contact``
    beside these.
    """
    rows = await reads.jobs(db, firm_id, job_ids)
    accounts = await account_values(db, firm_id, {row["account_id"] for row in rows}, codes, day)
    days = {row["occurrence"] for row in rows if row["occurrence"]} if PERIODS & set(codes) else set()
    periods_of = {one: periods.around(one) for one in days}
    return {
        row["id"]: {**accounts[row["account_id"]], **periods_of.get(row["occurrence"], {}), **_of_job(row)}
        for row in rows
    }


def _of_job(row: Row) -> dict[str, str]:
    return {
        "JOB_NAME": row["name"],
        "JOB_START_DATE": _date(row["start_date"]),
        "JOB_DUE_DATE": _date(row["due_date"]),
        "PIPELINE_NAME": row["pipeline"],
        "STAGE_NAME": row["stage"],
    }


async def account_values(
    db: Db, firm_id: str, account_ids: Collection[str], codes: Collection[str], day: date
) -> dict[str, dict[str, str]]:
    """The same by account, for what is made before there is a job: ``OF_ACCOUNTS``."""
    wanted = set(codes)
    dates = periods.around(day) if wanted & PERIODS else {}
    contacts = await reads.first_contacts(db, firm_id, account_ids) if wanted & CONTACTS else {}
    custom = await _custom(db, firm_id, account_ids, wanted)
    return {
        row["id"]: {
            **dates,
            **of_contact(contacts.get(row["id"], "")),
            **custom[row["id"]],
            "ACCOUNT_NAME": row["name"],
            "FIRM_NAME": row["firm"],
        }
        for row in await reads.accounts(db, firm_id, account_ids)
    }


async def _custom(
    db: Db, firm_id: str, account_ids: Collection[str], codes: Collection[str]
) -> dict[str, dict[str, str]]:
    """Values of the custom fields that are named, by account; an empty text where there is none."""
    found: dict[str, dict[str, str]] = {account_id: {} for account_id in account_ids}
    names = [code.removeprefix(f"{FIELD}:") for code in codes if code.startswith(f"{FIELD}:")]
    rows = await reads.fields(db, firm_id, names) if names else []
    said = await reads.field_values(db, firm_id, [row["id"] for row in rows], account_ids) if rows else {}
    for account_id, own in found.items():
        for row in rows:
            own[f"{FIELD}:{row['name']}"] = _shown(row["kind"], said.get((account_id, row["id"])))
    return found


def of_contact(name: str) -> dict[str, str]:
    """What stands for a contact. The first name is the first word, or that after the comma of "Doe, Jane"."""
    _, comma, after = name.partition(",")
    words = (after if comma and after.strip() else name).split()
    return {"CONTACT_NAME": name, "CONTACT_FIRST_NAME": words[0] if words else ""}


def _shown(kind: str, value: str | None) -> str:
    if value is None:
        return ""
    if kind == CustomFieldKind.DATE:
        return periods.full_date(date.fromisoformat(value))
    if kind == CustomFieldKind.YES_NO:
        return "Yes" if value == YES else "No"
    return value


def _date(day: date | None) -> str:
    return periods.full_date(day) if day else ""
