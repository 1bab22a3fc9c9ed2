"""Stands in for TensorFlow, so that Rasa can be imported, trained and served without it.

Rasa imports TensorFlow in modules that it loads for every assistant, also for one whose pipeline uses none of it.
Importing this package makes `tensorflow`, `keras` and their relatives importable: every name in them is a placeholder
that can be subclassed, called as a decorator and subscripted in an annotation. What cannot be done is to *use* them:
making an object of a class that extends a placeholder, which is how Rasa builds the network of a DIETClassifier, a
TEDPolicy or a ResponseSelector, raises `TensorFlowIsNotInstalled`. A silent placeholder would train nothing and say
nothing.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

STANDS_IN_FOR = frozenset({"tensorflow", "keras", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "jax", "h5py"})


def _refuse(used):
    """Raises `TensorFlowIsNotInstalled`, as a RasaException where Rasa is there: those it prints as one line."""
    base = getattr(sys.modules.get("rasa.shared.exceptions"), "RasaException", RuntimeError)
    raise type("TensorFlowIsNotInstalled", (base,), {})(
        f"{used} needs TensorFlow, which this environment leaves out. Take the component that uses it (DIETClassifier, "
        "TEDPolicy, UnexpecTEDIntentPolicy, ResponseSelector, LanguageModelFeaturizer) out of config.yml, or install "
        "tensorflow in place of the package tensorflow-standin."
    )


class _Placeholder(type):
    """The type of every stand-in name: a class whose attributes, items and results are placeholders again."""

    def __getattr__(cls, name):
        if name.startswith("__") or cls._extended:
            raise AttributeError(name)
        return _placeholder(name)

    def __getitem__(cls, _item):
        return cls

    def __call__(cls, *args, **kwargs):
        if cls._extended:
            _refuse(cls.__name__)
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]  # used as a decorator
        return cls

    def __or__(cls, _other):
        return cls

    __ror__ = __or__


def _placeholder(name):
    return _Placeholder(name, (), {"_extended": False, "__init_subclass__": classmethod(_mark_extended)})


def _mark_extended(cls, **_kwargs):
    cls._extended = True


class _StandInModule(ModuleType):
    __path__: list = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = _placeholder(name)
        setattr(self, name, value)
        return value


class _StandInFinder(MetaPathFinder, Loader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in STANDS_IN_FOR:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return _StandInModule(spec.name)

    def exec_module(self, module):
        pass


__version__ = "0.0.0+standin"
sys.meta_path.append(_StandInFinder())


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    value = _placeholder(name)
    globals()[name] = value
    return value
