"""Whole pipelines as documents: the marketplace's templates, installing, exporting, duplicating (PL1)."""
