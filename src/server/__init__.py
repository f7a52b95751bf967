"""The door: the web application, its settings, the command line, the processes and the embedded PostgreSQL."""
