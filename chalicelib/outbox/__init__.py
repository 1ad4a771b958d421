"""The outbox: what happened in the sale, told to others."""
