#!/bin/sh
# As on Lambda: the command is the handler, and the runtime asks AWS_LAMBDA_RUNTIME_API for events.
export _HANDLER="$1" AWS_EXECUTION_ENV=AWS_Lambda_python3.13
exec /var/lang/bin/python3 /var/runtime/bootstrap.py
