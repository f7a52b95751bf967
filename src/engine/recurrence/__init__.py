"""Recurrences: schedules that make jobs."""
