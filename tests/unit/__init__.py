"""Rules and shapes without a server."""
