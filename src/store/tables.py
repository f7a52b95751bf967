"""Tables of what may be in the trash: their names are those of views of what is not (see migration 0023)."""

from typing import Final

MAY_BE_TRASHED: Final = frozenset(
    {"accounts", "client_items", "contacts", "documents", "due", "emails", "items", "jobs", "tasks", "time_entries"}
)


def everything(table: str) -> str:
    """The table in which all of it lies, in the trash or not. Whoever names it says so with care."""
    return f"all_{table}" if table in MAY_BE_TRASHED else table
