"""The archive: events that were over long ago are written to a bucket, each as one report, and then removed."""
