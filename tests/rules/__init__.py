"""The domain's rules (SPEC), each proven through the public API."""
