"""What the site says beside computed numbers, ``workflow/site/*.yaml``, checked before anything is drawn."""

from dataclasses import dataclass, fields
from pathlib import Path

from convexify_workflow.yaml_files import load_yaml

_FINDING = {"question", "claim", "figure"}
_METHOD = {"method", "convexified", "condition", "guarantee", "cost", "certificate", "claims", "figure"}
#: Rows of the table of all methods (``comparison`` of an experiment) that belong to a way of convexifying.
_OF_METHOD = {"compared"}
_SECTION = {"section", "title", "equations"}
_EQUATION = {"place", "latex"}
_QUESTION = {"kind", "question", "place", "claims", "found", "untested"}
_DIFFERENCE = {"what", "paper", "here"}
#: What the entries of ``questions.yaml`` are, and the heading of each kind.
KINDS = {
    "open question": "Open questions of the survey",
    "later theorem": "Later theorems, and others that the survey does not have",
}


@dataclass(frozen=True)
class Content:
    """Entries of the files of the same names.

    Parameters
    ----------
    findings : list of dict
        Of the first page: a question, the claim whose number and verdict answers it, a figure.
    methods : list of dict
        One for each way of convexifying.
    sections : list of dict
        Sections of the survey with their titles and equations.
    questions : list of dict
        Open questions and later theorems, each with the claims that bear on it and what is not tested.
    differences : dict of str to list of dict
        Experiment to what differs between its source's setting and this project's.
    """

    findings: list
    methods: list
    sections: list
    questions: list
    differences: dict


def load_content(folder, claims, figures, places, experiments):
    """Content of ``workflow/site``.

    Parameters
    ----------
    folder : path
        Holds one file for each field of `Content`.
    claims : collection of str
        Ids of the claims of all experiments.
    figures : collection of str
        ``<experiment>/<figure>`` of the experiments that are built; figures of others are not looked for.
    places : collection of str
        Places of the survey's sentences.
    experiments : collection of str
        Names of all experiments.

    Returns
    -------
    Content

    Raises
    ------
    ValueError
        Naming file, entry and key: a missing or unknown key, a claim, figure, place or experiment that there is not, a
        place without its section.
    """
    files = {field.name: Path(folder) / f"{field.name}.yaml" for field in fields(Content)}
    content = Content(**{name: load_yaml(file, field_type(name)) for name, file in files.items()})
    for keys, name in ((_FINDING, "findings"), (_METHOD, "methods"), (_SECTION, "sections"), (_QUESTION, "questions")):
        for where, entry in _entries(files[name], getattr(content, name)):
            _check_keys(where, entry, keys, _OF_METHOD if name == "methods" else frozenset())
            named = entry.get("claims", [entry["claim"]] if "claim" in entry else [])
            if unknown := [claim for claim in named if claim not in claims]:
                raise ValueError(f"{where}: claim: there is no {', '.join(unknown)}")
            if "figure" in entry:
                _check_figure(where, entry["figure"], figures)
    _check_sections(files["sections"], content.sections, places)
    for where, entry in _entries(files["questions"], content.questions):
        if entry["kind"] not in KINDS:
            raise ValueError(f"{where}: kind: expected one of {', '.join(KINDS)}, got {entry['kind']!r}")
    _check_differences(files["differences"], content.differences, experiments)
    return content


def field_type(name):
    """Type of a field of `Content`: list or dict."""
    return next(field.type for field in fields(Content) if field.name == name)


def _entries(file, entries):
    for place, entry in enumerate(entries, start=1):
        yield f"{file}: entry {place}", entry


def _check_keys(where, entry, keys, optional=frozenset()):
    got = set(entry) if isinstance(entry, dict) else set()
    if wrong := (keys - got) | (got - keys - optional):
        expected = ", ".join(sorted(keys))
        raise ValueError(f"{where}: expected the keys {expected}; differ: {', '.join(sorted(wrong))}")


def _check_figure(where, figure, figures):
    built = {name.split("/")[0] for name in figures}
    if str(figure).split("/")[0] in built and figure not in figures:
        raise ValueError(f"{where}: figure: expected <experiment>/<figure>, got {figure!r}")


def _check_sections(file, sections, places):
    named = [entry["section"] for entry in sections]
    if missing := sorted({section_of(place) for place in places} - set(named)):
        raise ValueError(f"{file}: section: expected {', '.join(missing)} as well: sentences stand there")
    for where, entry in _entries(file, sections):
        for equation in entry["equations"]:
            _check_keys(f"{where}: equations", equation, _EQUATION, {"corrected"})
            if equation["place"] not in places or section_of(equation["place"]) != entry["section"]:
                raise ValueError(f"{where}: equations: no sentence of {entry['section']} stands at {equation['place']}")


def _check_differences(file, differences, experiments):
    if wrong := sorted(set(differences) - set(experiments)):
        raise ValueError(f"{file}: there is no experiment called {', '.join(wrong)}")
    for name, entries in differences.items():
        for where, entry in _entries(f"{file}: {name}", entries):
            _check_keys(where, entry, _DIFFERENCE)


def section_of(place):
    """``"§2.1, eq. (2)"`` is in ``"§2.1"``."""
    return place.split(",")[0]
