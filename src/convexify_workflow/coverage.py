"""Coverage: every sentence of the sources with the claims that test it, or the reason why none does.

``workflow/sources/`` holds ``documents.yaml`` (the documents), ``sentences/*.yaml`` (one entry for every section,
equation, theorem, figure and claim-like sentence) and ``errors_of_the_survey.yaml``. `check_sources` holds them against
the claims of all experiments before anything runs; the tables add the verdicts of a build's ledger.
"""

from pathlib import Path

import pandas as pd

from convexify_workflow.claims import ORIGINS, OWN
from convexify_workflow.ledger import standing
from convexify_workflow.yaml_files import load_yaml

COLUMNS = ["document", "place", "says", "error", "claims", "verdicts", "why_none"]
ERROR_COLUMNS = ["error", "place", "printed", "corrected", "claims", "measured", "verdicts"]


def check_sources(folder, claims):
    """Check that the entries and the claims name each other.

    Parameters
    ----------
    folder : path
        ``workflow/sources``.
    claims : list of dict
        Of all experiments; see `convexify_workflow.ledger.check_claims`.

    Raises
    ------
    ValueError
        In one line that names file and entry: an entry with a missing or unknown key, of an unknown document, with a
        claim that does not exist, with neither or both of claims and a reason, with an error that is not listed; an
        error without a claim or that no sentence names; a claim that no sentence of its origin names, unless it is ours
        or a correction.
    """
    folder = Path(folder)
    documents = load_yaml(folder / "documents.yaml", dict)
    for name, document in documents.items():
        where = f"{folder / 'documents.yaml'}: {name}"
        _check_keys(where, document, {"origin", "title", "authors", "published"})
        if document["origin"] not in set(ORIGINS) - set(OWN):
            raise ValueError(f"{where}: origin: expected one of {', '.join(ORIGINS)}, not of ours; "
                             f"got {document['origin']!r}")  # fmt: skip
    known = {claim["id"] for claim in claims}
    named, wrong = set(), {}
    for file in sorted((folder / "sentences").glob("*.yaml")):
        for number, entry in enumerate(load_yaml(file, list), start=1):
            where = f"{file}: entry {number}"
            _check_keys(where, entry, {"document", "place", "says"}, {"error", "claims", "why_none"})
            if entry["document"] not in documents:
                raise ValueError(
                    f"{where}: document: expected one of {', '.join(documents)}; got {entry['document']!r}"
                )
            where = f"{where} ({entry['document']}, {entry['place']})"
            if "error" in entry:
                wrong[entry["error"]] = where
            if ("claims" in entry) == ("why_none" in entry):
                raise ValueError(f"{where}: expected either claims or why_none")
            if "claims" in entry:
                _check_named(where, entry["claims"], known)
                named |= {(documents[entry["document"]]["origin"], claim) for claim in entry["claims"]}
    file = folder / "errors_of_the_survey.yaml"
    for number, entry in enumerate(load_yaml(file, list), start=1):
        where = f"{file}: entry {number}"
        _check_keys(where, entry, {"error", "place", "printed", "corrected", "claims"})
        _check_named(where, entry["claims"], known)
        if entry["error"] not in wrong:
            raise ValueError(f"{where}: no sentence names error {entry['error']}: add error: {entry['error']} to it")
        wrong.pop(entry["error"])
    for error, where in wrong.items():
        raise ValueError(f"{where}: error: {file.name} has no error {error}")
    if missing := [c["id"] for c in claims if c["origin"] not in OWN and (c["origin"], c["id"]) not in named]:
        raise ValueError(
            f"{folder / 'sentences'}: no sentence of their origin names the claims {', '.join(missing)}: name them in "
            f"the entry of the sentence that they test, or give them the origin {' or '.join(OWN)}"
        )


def coverage_table(documents, sentences, ledger):
    """Sentences of the sources with the verdicts on their claims.

    Parameters
    ----------
    documents : dict
        ``documents.yaml``; its order is that of the rows.
    sentences : list of dict
        Entries of ``sentences/*.yaml``.
    ledger : pandas.DataFrame
        As `convexify_workflow.ledger.evaluate_claims` writes it.

    Returns
    -------
    pandas.DataFrame
        One row per entry, with the columns `COLUMNS`. ``claims`` and ``verdicts`` are joined by ``"; "`` in the same
        order; the verdict, without its reason, is empty for a claim of an experiment that was not built. ``error`` is
        the number of the error of the survey that the sentence makes, or empty.
    """
    order = list(documents)
    verdicts = _verdicts(ledger)
    rows = [
        {
            "document": entry["document"],
            "place": entry["place"],
            "says": entry["says"],
            "error": entry.get("error", ""),
            "claims": "; ".join(entry.get("claims", [])),
            "verdicts": "; ".join(verdicts.get(claim, "") for claim in entry.get("claims", [])),
            "why_none": entry.get("why_none", ""),
        }
        for entry in sorted(sentences, key=lambda entry: order.index(entry["document"]))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def errors_table(errors, ledger):
    """Errors of the survey with the numbers that show them.

    Parameters
    ----------
    errors : list of dict
        Entries of ``errors_of_the_survey.yaml``.
    ledger : pandas.DataFrame
        As `convexify_workflow.ledger.evaluate_claims` writes it.

    Returns
    -------
    pandas.DataFrame
        One row per error, with the columns `ERROR_COLUMNS`; claims, what was measured and verdicts are joined as in
        `coverage_table`.
    """
    verdicts = _verdicts(ledger)
    measured = {row.claim: f"{row.metric} = {row.measured:.4g}" for row in ledger.itertuples()}
    rows = [
        {
            **entry,
            "claims": "; ".join(entry["claims"]),
            "measured": "; ".join(measured.get(claim, "") for claim in entry["claims"]),
            "verdicts": "; ".join(verdicts.get(claim, "") for claim in entry["claims"]),
        }
        for entry in errors
    ]
    return pd.DataFrame(rows, columns=ERROR_COLUMNS)


def _verdicts(ledger):
    return {row.claim: standing(row.verdict) for row in ledger.itertuples()}


def _check_keys(where, entry, required, optional=frozenset()):
    keys = set(entry) if isinstance(entry, dict) else set()
    if missing := required - keys:
        raise ValueError(f"{where}: expected the keys {', '.join(sorted(missing))}")
    if unknown := keys - required - optional:
        raise ValueError(f"{where}: unknown keys {', '.join(sorted(unknown))}")
    for key in sorted(keys - {"claims", "error"}):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ValueError(f"{where}: {key}: expected text, got {entry[key]!r}")


def _check_named(where, claims, known):
    if not isinstance(claims, list) or not claims:
        raise ValueError(f"{where}: claims: expected a non-empty list of claim ids, got {claims!r}")
    if unknown := [claim for claim in claims if claim not in known]:
        raise ValueError(f"{where}: claims: no claim is called {', '.join(map(str, unknown))}")
