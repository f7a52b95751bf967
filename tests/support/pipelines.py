"""Pipelines as documents, for tests that only need one."""

from __future__ import annotations

import json

SMALL = json.dumps(
    {
        "format": "stageline-pipeline/1",
        "key": "small",
        "name": "Small",
        "stages": [{"key": "first", "name": "First"}, {"key": "last", "name": "Last", "completion": "ON_ENTRY"}],
    }
)
"""One that brings nothing along."""
