"""Start a new experiment: two new folders that build at once, and no edit elsewhere.

``python -m convexify_workflow.scaffold my_experiment`` writes ``workflow/experiments/my_experiment/`` and
``scripts/my_experiment/`` with a small working example to be replaced piece by piece.
"""

import argparse
import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parent / "template"


def scaffold(name, root="."):
    """Write the folders of a new experiment.

    Parameters
    ----------
    name : str
        Id: lower-case letters, digits and underscores, a letter first.
    root : path
        Top folder of the project.

    Returns
    -------
    list of pathlib.Path
        Files written.

    Raises
    ------
    ValueError
        If the name is not an id, or ``root`` is not the project.
    FileExistsError
        If one of the folders exists: nothing is overwritten.
    """
    root = Path(root)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"name: expected lower-case letters, digits and underscores, a letter first; got {name!r}")
    if not (root / "workflow" / "experiments").is_dir():
        raise ValueError(f"root: expected the project's top folder, with workflow/experiments/; got {root}")
    folders = {"workflow": root / "workflow" / "experiments" / name, "scripts": root / "scripts" / name}
    for folder in folders.values():
        if folder.exists():
            raise FileExistsError(f"{folder} exists already: choose another name or remove it")
    words = {"__id__": name, "__title__": name.replace("_", " ").capitalize()}
    written = []
    for kind, folder in folders.items():
        for source in sorted(path for path in (TEMPLATE / kind).rglob("*") if path.is_file()):
            target = folder / source.relative_to(TEMPLATE / kind)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            for placeholder, word in words.items():
                text = text.replace(placeholder, word)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    return written


def main(arguments=None):
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="id of the experiment, for example activation_study")
    parser.add_argument("--root", default=".", help="top folder of the project")
    options = parser.parse_args(arguments)
    try:
        files = scaffold(options.name, options.root)
    except (ValueError, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(map(str, files)))
    print(f"\nBuild it: snakemake --config scale=smoke experiments='[\"{options.name}\"]'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
