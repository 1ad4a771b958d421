"""The bucket: the only module of the archive that knows AWS. It is imported when something is to be archived."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

_PATIENCE = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 3})
_ONE_AFTER_THE_OTHER = TransferConfig(use_threads=False)


class NotKept(Exception):
    """The bucket has something else than what was written to it."""


class Bucket:
    """Keeps reports in S3, under names that say whose they are."""

    def __init__(self, name: str) -> None:
        """Make a client; nothing is sent yet."""
        self._name, self._s3 = name, boto3.client("s3", config=_PATIENCE)

    def keep(self, name: str, file: IO[bytes], said: Mapping[str, str]) -> None:
        """Write a whole file under a name, with what is said of it, and return when S3 has it.

        S3 compares a checksum of each part with what arrived, and shows an object only when it is whole; a repeat puts
        it in the place of the one before. Raises NotKept, or what boto3 raises.
        """
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        more = {"ChecksumAlgorithm": "SHA256", "ContentType": "application/gzip", "Metadata": dict(said)}
        self._s3.upload_fileobj(file, self._name, name, ExtraArgs=more, Config=_ONE_AFTER_THE_OTHER)
        kept = self._s3.head_object(Bucket=self._name, Key=name)
        if (kept["ContentLength"], kept["Metadata"]) != (size, dict(said)):
            raise NotKept(f"{name} in {self._name} is not what was written")
