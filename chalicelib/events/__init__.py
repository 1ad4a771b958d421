"""Events and their seats: what is sold."""
