"""Start the runtime client with the module path that Lambda gives a function: its own code before all else."""

import os
import sys

from awslambdaric.__main__ import main  # it stands beside this file

_TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
if "PYTHONPATH" not in os.environ:  # whoever sets it does without the layers
    sys.path.insert(0, "/opt/python")
sys.path.insert(0, _TASK_ROOT)
main([_TASK_ROOT, os.environ["_HANDLER"]])
