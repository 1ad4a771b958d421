"""The container image: built by `make image`, checked here and now by `make image-check`."""
