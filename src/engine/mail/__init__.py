"""E-mail: templates, shortcodes, letters and the outbox."""
