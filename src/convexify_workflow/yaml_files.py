"""Reading YAML: what is wrong with a file is said in one line that names it, and a key that stands twice is wrong."""

from collections.abc import Hashable
from pathlib import Path

import yaml

# The Snakefile is read once for every job: libyaml, where PyYAML has it, reads a tenfold faster.
_FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeys(_FASTEST):
    """YAML forbids a repeated key, PyYAML takes its last value."""

    def __init__(self, stream):
        super().__init__(stream)
        self._flattened = set()

    def flatten_mapping(self, node):
        """Bring in what ``<<`` merges; once it has, a key may rightly stand beside the value that it overrides."""
        if node not in self._flattened:
            self._flattened.add(node)
            self._refuse_repeated_keys(node)
        super().flatten_mapping(node)

    def _refuse_repeated_keys(self, node):
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", key_node.start_mark)
                seen.add(key)


def load_yaml(path, kind=None):
    """Content of a YAML file.

    Parameters
    ----------
    path : path
    kind : {dict, list}, optional
        What the file has to hold.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        In one line that names the file: it is not there, cannot be read, is not UTF-8 or not YAML, repeats a key of a
        mapping (named with its line), or holds something else than a ``kind``.
    """
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except FileNotFoundError:
        raise ValueError(f"{path}: expected this file, found none") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected text in UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if kind is not None and not isinstance(content, kind):
        expected = {dict: "mapping", list: "list"}[kind]
        raise ValueError(f"{path}: expected a {expected}, got {type(content).__name__}")
    return content
