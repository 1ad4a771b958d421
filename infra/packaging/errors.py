"""What makes packaging stop."""

from __future__ import annotations


class PackageError(Exception):
    """The template cannot be made, or is not good; the message is for the person who asked."""
