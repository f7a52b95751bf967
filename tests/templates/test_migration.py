"""Templates that were there before their versions were kept."""

from __future__ import annotations

import json

from store.migrate import migrate
from tests.store.test_migrations import migrate_to
from tests.support.databases import execute, value

ROWS = {
    "job_templates": ("job_name, priority, people", """'Books', 1, '{"roles": [], "members": []}'"""),
    "email_templates": ("subject, text", "'Hello', 'Hello'"),
    "item_templates": ("kind, title, content", """'MESSAGE_THREAD', 'Talk', '{"text": "How?", "tasks": []}'"""),
}


async def test_what_a_template_says_at_the_upgrade_is_its_first_known_version(empty_database_url: str) -> None:
    """Under the number that it has; nobody is said to have made it, and it goes on from there."""
    await migrate_to(empty_database_url, "0017_signing")
    firm = "id, name, time_zone, currency, clock_date, created_at, updated_at"
    await execute(
        empty_database_url,
        f"INSERT INTO firms ({firm}) VALUES ('firm_1', 'Kontor', 'UTC', 'EUR', current_date, now(), now())",
    )
    for table, (columns, values) in ROWS.items():
        await execute(
            empty_database_url,
            f"INSERT INTO {table} (id, firm_id, name, version, created_at, updated_at, {columns})"
            f" VALUES ('{table}_1', 'firm_1', 'Old', 3, now(), now(), {values})",
        )
    assert "0021_template_versions" in await migrate(empty_database_url)
    for table in ROWS:
        where = f"FROM template_versions WHERE template_id = '{table}_1'"
        assert await value(empty_database_url, f"SELECT array_agg(version) {where} AND changed_by IS NULL") == [3]
        same = f"SELECT v.content <@ to_jsonb(t) FROM {table} t, template_versions v WHERE v.template_id = t.id"
        assert await value(empty_database_url, same) is True
        content = json.loads(str(await value(empty_database_url, f"SELECT content {where}")))
        assert content["name"] == "Old"
        assert not {"id", "firm_id", "version", "changed_by", "created_at", "updated_at"} & content.keys()
        await execute(empty_database_url, f"UPDATE {table} SET name = 'New', version = 4")
        assert await value(empty_database_url, f"SELECT array_agg(version ORDER BY 1) {where}") == [3, 4]
