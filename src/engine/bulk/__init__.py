"""Bulk operations: one change of many jobs, with progress and a result for each (MV10)."""
