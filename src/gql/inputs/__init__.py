"""Inputs, one module per subject. Each names the command or filter that it becomes."""
