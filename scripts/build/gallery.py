"""Copy the figures that the README shows from the default build to ``reports/gallery``, with 256 colours."""

import argparse
import sys
from pathlib import Path

from PIL import Image

FIGURES = (
    "global_training/any_width.png",
    "convex_relu/toy_problems.png",
    "landscapes/surfaces.png",
    "strong_penalty/errors_digits.png",
    "after_the_survey/escape.png",
    "after_the_survey/staircase.png",
)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=".", type=Path, help="folder that holds reports/")
    root = parser.parse_args(arguments).root / "reports"
    sources = [root / "default" / name for name in FIGURES]
    if missing := [str(path) for path in sources if not path.exists()]:
        print(f"missing {', '.join(missing)}: build the default scale first", file=sys.stderr)
        return 1
    (root / "gallery").mkdir(exist_ok=True)
    for source in sources:
        Image.open(source).convert("RGB").quantize(256).save(root / "gallery" / source.name, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
