"""Which files a script's result depends on: the import closure of the project's own packages."""

import ast
from functools import cache
from pathlib import Path

import grimp

PACKAGES = ("convexify", "convexify_workflow")


@cache
def _graph():
    return grimp.build_graph(*PACKAGES, cache_dir=None)


@cache
def _sources():
    """Module name to its file, for every module of the project's packages."""
    files = {}
    for package in PACKAGES:
        root = Path(__import__(package).__file__).parent
        for file in root.rglob("*.py"):
            parts = (package, *file.relative_to(root).with_suffix("").parts)
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return files


def code_of(script, root=".", without=()):
    """Files of the project that a script runs, so that editing one re-runs what depends on it.

    Parameters
    ----------
    script : path
        Python script; its ``import convexify…`` statements, at any depth, and imports of files beside it count.
    root : path
        Folder that the returned paths are relative to.
    without : sequence of str
        Modules that are not followed, since they cannot change what the script computes.

    Returns
    -------
    list of str
        The script first, then, sorted, helper files beside it and every module that they reach. The ``__init__.py``
        of a package counts only where the package itself is imported: import the module that is used.

    Raises
    ------
    FileNotFoundError
        If the script does not exist.
    """
    root = Path(root).resolve()
    script = Path(root, script)
    beside, modules = _imports(script)
    reached, queue = set(), [module for module in modules if module not in without]
    while queue:
        module = queue.pop()
        if module not in reached:
            reached.add(module)
            queue += [found for found in _graph().find_modules_directly_imported_by(module) if found not in without]
    files = beside | {_sources()[module] for module in reached}
    return [_relative(script, root), *sorted(_relative(file.resolve(), root) for file in files)]


def _relative(file, root):
    """Path relative to ``root``, or as it is when the package is installed elsewhere."""
    return str(file.relative_to(root) if file.is_relative_to(root) else file)


def _imports(script):
    """Files beside ``script`` that it imports (followed in turn) and the project's modules that all of these name."""
    beside, modules, queue = set(), set(), [script]
    while queue:
        for name in _imported_names(queue.pop()):
            neighbour = script.parent / f"{name.split('.')[0]}.py"
            if name.split(".")[0] in PACKAGES:
                modules.add(_longest_module(name))
            elif neighbour.exists() and neighbour not in beside:
                beside.add(neighbour)
                queue.append(neighbour)
    return beside, modules


def _imported_names(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _longest_module(name):
    while name not in _sources():
        name = name.rpartition(".")[0]
    return name
