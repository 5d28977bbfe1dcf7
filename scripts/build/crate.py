"""Pack a build into reports/<scale>/crate.zip, an RO-Crate; exit with 2 if there is none, or it has been changed."""

import argparse
import os
import sys
from pathlib import Path

from convexify_workflow.crate import build_crate

SCALES = ("smoke", "default", "paper")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", required=True, choices=SCALES)
    parser.add_argument("--root", default=".", type=Path, help="folder of the Snakefile")
    options = parser.parse_args(arguments)
    target = options.root / "reports" / options.scale / "crate.zip"
    unfinished = target.with_name(f".crate.{os.getpid()}.zip")
    try:
        build_crate(options.root, options.scale).write_zip(unfinished)
        unfinished.replace(target)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"wrote {target} ({target.stat().st_size:,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
