"""What the site's first pages say beside computed numbers: findings and methods, checked before anything is drawn."""

from pathlib import Path

from convexify_workflow.yaml_files import load_yaml

_FINDING = {"question", "claim", "figure"}
_METHOD = {"method", "convexified", "condition", "guarantee", "cost", "certificate", "claims", "figure"}


def load_content(folder, claims, figures):
    """Findings and methods of ``workflow/site``.

    Parameters
    ----------
    folder : path
        Holds ``findings.yaml`` (questions, each with the claim whose number and verdict answers it) and
        ``methods.yaml`` (one entry for each way of convexifying).
    claims : collection of str
        Ids of the claims of all experiments.
    figures : collection of str
        ``<experiment>/<figure>`` of the experiments that are built; figures of others are not looked for.

    Returns
    -------
    findings, methods : list of dict

    Raises
    ------
    ValueError
        Naming file, entry and key: a missing or unknown key, a claim or a figure that there is not.
    """
    findings = _checked(Path(folder) / "findings.yaml", _FINDING, claims, figures)
    methods = _checked(Path(folder) / "methods.yaml", _METHOD, claims, figures)
    return findings, methods


def _checked(file, keys, claims, figures):
    entries = load_yaml(file)
    if not isinstance(entries, list):
        raise ValueError(f"{file}: expected a list")
    for place, entry in enumerate(entries, start=1):
        got = set(entry) if isinstance(entry, dict) else set()
        if got != keys:
            wrong = ", ".join(sorted(got ^ keys))
            raise ValueError(f"{file}: entry {place}: expected the keys {', '.join(sorted(keys))}; differ: {wrong}")
        named = entry["claims"] if "claims" in entry else [entry["claim"]]
        if unknown := [claim for claim in named if claim not in claims]:
            raise ValueError(f"{file}: entry {place}: claim: there is no {', '.join(unknown)}")
        experiment = str(entry["figure"]).split("/")[0]
        if experiment in {figure.split("/")[0] for figure in figures} and entry["figure"] not in figures:
            raise ValueError(f"{file}: entry {place}: figure: expected <experiment>/<figure>, got {entry['figure']!r}")
    return entries
