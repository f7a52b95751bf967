"""Documents: files of the firm and its clients."""
