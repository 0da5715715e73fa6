"""A program that imports every module of the service and of ingestctl, and prints how many there are."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages


def main() -> None:
    names = [
        module.name
        for package in map(import_module, ("ingest_service", "ingestctl"))
        for module in walk_packages([str(Path(str(package.__file__)).parent)], f"{package.__name__}.")
    ]
    for name in names:
        import_module(name)
    print(len(names))
