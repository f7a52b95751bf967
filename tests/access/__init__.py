"""Who sees and may do what (SPEC 8), and how people come in (API5)."""
