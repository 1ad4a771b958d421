"""The contract: what every route answers."""
