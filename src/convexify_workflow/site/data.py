"""Page of the data sets: what they are, where they come from, who uses them."""

import html
from pathlib import Path

from convexify_workflow.site.markup import page, raw, wide

_HEAD = ("Data set", "Samples × features", "Classes", "Test part", "Source and licence", "Used by", "SHA-256")


def data_page(registry, studies, prepared):
    """Every data set of the registry, those that this build uses first.

    Parameters
    ----------
    registry : dict
        As in ``data/sources.yaml``.
    studies : list of dict
        As `convexify_workflow.experiments.Experiment.describe` returns them.
    prepared : path
        Folder of the prepared sets; the size of one that is not there is not told.
    """
    users = {name: [study for study in studies if name in set(_texts(study["settings"]))] for name in registry}
    order = sorted(registry, key=lambda name: not users[name])
    lines = "\n".join(_line(name, registry[name], users[name], Path(prepared) / f"{name}.npz") for name in order)
    used = sum(map(bool, users.values()))
    return page(
        "Data",
        f"{used} of {len(registry)} data sets are used at this scale; a set is fetched when an experiment needs it "
        "and accepted only with the SHA-256 below. :doc:`guide_data` says how to place a file by hand.",
        "",
        raw(wide(lines, "".join(f"<th>{name}</th>" for name in _HEAD), style="data")),
    )


def _texts(value):
    """Every text among the values of nested settings; names of keys are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _line(name, entry, users, file):
    samples, features = entry["shape"]
    size = f"<br><small>{_size(file.stat().st_size)} prepared</small>" if file.exists() else ""
    test = f"{entry['test_shape'][0]:,} of their own" if "test_shape" in entry else _split(entry)
    hashes = "<br>".join(f"{array} {digest[:12]}…" for array, digest in entry["arrays"].items())
    whole = html.escape("\n".join(f"{array} {digest}" for array, digest in entry["arrays"].items()))
    cells = (
        f"<b>{name}</b><br>{html.escape(entry['title'])}<br><small>{html.escape(entry['citation'])}</small>",
        f"{samples:,} × {features:,}{size}",
        f"{len(entry['classes'])}" if entry.get("classes") else "real targets",
        test,
        "<br>".join(_source(source) for source in entry["sources"])
        + f"<br><small>Licence: {html.escape(entry['licence'])}</small>",
        "<br>".join(f"<a href='{study['name']}.html'>{html.escape(study['title'])}</a>" for study in users) or "–",
        f"<small title='{whole}'>{hashes}</small>",
    )
    return f"<tr id='{name}'>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _size(octets):
    return f"{octets / 1e6:,.0f} MB" if octets >= 1e6 else f"{octets / 1e3:,.0f} kB"


def _split(entry):
    split = entry.get("split", {"fraction": 0.2})
    return f"last {split['last']:,}" if "last" in split else f"{split['fraction']:.0%}, drawn"


def _source(source):
    if source["kind"] == "bundled":
        return "comes with scikit-learn"
    if source["kind"] == "http":
        address = html.escape(source["address"])
        return f"<a href='{address}'>{address.split('/')[2]}</a>"
    return html.escape(f"{source['kind']}: {source['package']} {source['version']}")
