"""The firm: its members, accounts and contacts, and what it names: tags, roles, custom fields, client statuses."""
