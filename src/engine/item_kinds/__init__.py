"""The kinds of action items: every module of this package has the rules of one, and is found by being here."""
