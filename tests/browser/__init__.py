"""The pages in a real Chromium, on the server that `make run` starts."""
