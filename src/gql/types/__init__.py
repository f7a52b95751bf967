"""Object types, one module per subject. Sources are rows; a field is either a column or bound to a resolver."""
