"""Stands in for TensorFlow where Rasa imports it without our pipeline ever using it."""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Optional, Sequence

_ABSENT = ("tensorflow", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "keras", "jax", "matplotlib")


class _Anything(type):
    """The type of placeholder classes: any attribute of one is another one."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(name)

    def __or__(cls, other: Any) -> Any:
        return cls


def _placeholder(name: str) -> Any:
    """Return a class that can be inherited from, named in annotations and used as a decorator."""

    def create(cls: type, *arguments: Any, **options: Any) -> Any:
        is_decorating = len(arguments) == 1 and not options and callable(arguments[0])
        return arguments[0] if is_decorating and cls.__name__ == name else object.__new__(cls)

    return _Anything(name, (), {"__new__": create, "__init__": lambda self, *a, **o: None})


class _PlaceholderModule(ModuleType):
    """A module in which every name exists."""

    __path__: Sequence[str] = ()
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _placeholder(name)
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a placeholder for each absent package and whatever is inside it."""

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if fullname.partition(".")[0] in _ABSENT:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module has no code."""


def install() -> None:
    """Put the placeholders in place; call it before anything of Rasa is imported."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())
