"""By which template, in which version, something was made."""

from typing import Any


def by_template(template: tuple[str, int] | None) -> dict[str, Any]:
    """The columns that say it: ``template`` is the template's id and version, None for what was made without one."""
    template_id, version = template or (None, None)
    return {"template_id": template_id, "template_version": version}
