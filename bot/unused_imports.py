"""Leaves out what Rasa imports and a process that answers never uses.

Rasa's modules import each other's needs: the one that reads a message imports the one that splits training data, and
with it scikit-learn and SciPy; that of the tracker store imports the clients of databases that ours is not in. Of the
modules below, Rasa takes the names below, for annotations, and for errors that nothing here raises. What came along
took a fifth of the start and a tenth of the memory of the Rasa process.
"""

from __future__ import annotations

import sys
from types import ModuleType

UNUSED = {
    "boto3.dynamodb.conditions": ("Key",),
    "pymongo": (),
    "pymongo.collection": ("Collection",),
    "pymongo.errors": ("ConnectionFailure", "OperationFailure", "ConfigurationError"),
    "sklearn.model_selection": ("train_test_split",),
}


class LeftOut(Exception):
    """Stands for a class of a module that was left out, also where an error is caught."""

    def __init__(self, *_values: object) -> None:
        raise RuntimeError(f"{type(self).__name__} is left out in this process: see bot/unused_imports.py")


def leave_out() -> None:
    """To be called before Rasa is imported. What is there already stays."""
    for name, members in UNUSED.items():
        if name in sys.modules:
            continue
        module = ModuleType(name)
        for member in members:
            setattr(module, member, type(member, (LeftOut,), {}))
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent in UNUSED:
            setattr(sys.modules[parent], child, module)
