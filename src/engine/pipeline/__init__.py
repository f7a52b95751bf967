"""Pipelines, their stages and statuses, and the order of things."""
