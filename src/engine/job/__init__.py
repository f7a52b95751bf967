"""Jobs: their way through the stages, their statuses, items and comments."""
