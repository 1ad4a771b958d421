"""The auditor: an event counted again, what differs, and counters mended."""
