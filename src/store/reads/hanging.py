"""What hangs on one job, as JSON of the statement that reads it. Only columns that JSON holds as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Hanging = Mapping[str, "Hanging | None"]
"""What is wanted of a thing: columns, and names of what hangs on it in turn."""

_SOURCES: Final = {
    "its stage": ("st", "SELECT {} FROM stages st WHERE st.firm_id = j.firm_id AND st.id = j.stage_id"),
    "its status": ("js", "SELECT {} FROM job_statuses js WHERE js.firm_id = j.firm_id AND js.id = j.status_id"),
    "its account": ("a", "SELECT {} FROM accounts a WHERE a.firm_id = j.firm_id AND a.id = j.account_id"),
    "its tags": (
        "tg",
        """
        SELECT coalesce(json_agg({} ORDER BY lower(tg.name), tg.id), '[]') FROM account_tags atg
        JOIN tags tg ON tg.firm_id = atg.firm_id AND tg.id = atg.tag_id
        WHERE atg.firm_id = a.firm_id AND atg.account_id = a.id
        """,
    ),
    "its assignees": (
        "m",
        """
        SELECT coalesce(json_agg({} ORDER BY lower(m.name), m.id), '[]') FROM job_assignees ja
        JOIN members m ON m.firm_id = ja.firm_id AND m.id = ja.member_id
        WHERE ja.firm_id = j.firm_id AND ja.job_id = j.id
        """,
    ),
}
MAY_HANG: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"its stage", "its status", "its account", "its assignees"}),
    "its stage": frozenset({"id", "name"}),
    "its status": frozenset({"id", "name"}),
    "its account": frozenset({"id", "name", "its tags"}),
    "its tags": frozenset({"id", "name", "color"}),
    "its assignees": frozenset({"id", "name"}),
}
"""What may be wanted of each; of the job itself, under the empty name."""


def hanging(wanted: Hanging, alias: str = "") -> str:
    """An expression beside a job (alias j): an object of what is wanted. Names are those of ``MAY_HANG``."""
    parts = (
        f"'{name}', {f'{alias}.{name}' if below is None else _thing(name, below)}" for name, below in wanted.items()
    )
    return f"json_build_object({', '.join(parts)})"


def _thing(name: str, wanted: Hanging) -> str:
    alias, source = _SOURCES[name]
    return f"({source.format(hanging(wanted, alias))})"
