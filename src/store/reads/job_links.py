"""Links between jobs, as seen from one of them."""

from typing import Final

TABLES: Final = """
    job_links l JOIN jobs lj ON lj.firm_id = l.firm_id
        AND lj.id = CASE l.job_id WHEN parent.id THEN l.other_id ELSE l.job_id END
"""
"""The links of a job, which is the parent, with the other jobs (alias lj)."""

OF_PARENT: Final = "(l.job_id = parent.id OR l.other_id = parent.id)"

LINK: Final = """
    lj.id AS other_id, l.member_id, l.linked_at,
    CASE WHEN l.job_id = parent.id OR l.kind = 'RELATED' THEN l.kind
        WHEN l.kind = 'BLOCKS' THEN 'BLOCKED_BY' ELSE 'DUPLICATED_BY' END AS kind
"""
"""What the job is to the other one."""
