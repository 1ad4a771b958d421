"""The house against an independent statement of its rules."""
