"""Many processes at once: only invariants are asserted."""
