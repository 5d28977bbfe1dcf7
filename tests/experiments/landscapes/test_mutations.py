"""Deliberate errors in the mathematics of `landscapes`: each changes the verdict on a claim.

Tiny networks leave the claims of the sources undecided. So the planes show a surface that is given by a formula, whose
hill falls with I in a scale-free measure and rises in an absolute one; everything else is as always.
"""

import dataclasses

import numpy as np
import pytest

from convexify.curvature import hessian, trained_planes


@pytest.fixture
def verdicts(metrics_of, tables, standings):
    """Verdicts by claim, after some of the tables of tiny networks are replaced."""
    return lambda replaced: standings(metrics_of(tables | replaced))


@pytest.fixture
def formula(monkeypatch):
    """Every plane shows a bowl with a hill: 0.6 below a constant predictor, times a scale that rises with I."""

    def losses(plane, X, loss, coordinates):
        x, y = np.meshgrid(*[np.linspace(-1, 1, len(coordinates))] * 2, indexing="ij")
        branches, radius = plane.network.branches, x**2 + y**2
        shape = 0.3 * radius + 0.15 / np.log10(branches) * np.exp(-8 * radius)
        return 2 / 3 - 0.01 * branches**1.5 * (1 - shape)

    monkeypatch.setattr(trained_planes.TrainedPlane, "losses", losses)


def opposite_sign(monkeypatch):
    """Chords that lie above their midpoints, which is convexity, in place of those below."""
    right = trained_planes.plane_violation
    monkeypatch.setattr(trained_planes, "plane_violation", lambda values, **options: right(-values, **options))


def violation_not_over_the_range(monkeypatch):
    """The relative violation is the absolute one."""
    right = trained_planes.plane_violation

    def unscaled(values, **options):
        found = right(values, **options)
        return dataclasses.replace(found, relative=found.absolute)

    monkeypatch.setattr(trained_planes, "plane_violation", unscaled)


def violation_not_over_the_gain(monkeypatch):
    """The violation over what training gained is the violation."""
    monkeypatch.setattr(trained_planes, "over_gain", lambda violation, loss, ceiling: violation)


def share_without_negative_curvature(monkeypatch):
    """The share that is not negatively curved."""
    right = trained_planes.negative_share_of_plane
    monkeypatch.setattr(trained_planes, "negative_share_of_plane", lambda values: 1 - right(values))


@pytest.mark.parametrize(
    ("mutate", "claim"),
    [
        (opposite_sign, "official_plane"),
        (violation_not_over_the_range, "increasingly"),
        (violation_not_over_the_gain, "official_plane_over_gain"),
        (share_without_negative_curvature, "negative_curvature_of_plane"),
    ],
)
def test_an_error_in_a_measure_changes_a_verdict(mutate, claim, formula, planes, verdicts, monkeypatch):
    few = {"repetitions": 3, "hessian_steps": 2, "band_grid_points": 11}
    assert verdicts(planes(**few))[claim] == "holds"
    mutate(monkeypatch)
    assert verdicts(planes(**few))[claim] == "fails"


def test_the_hessian_of_a_penalised_loss_is_not_symmetric(planes, verdicts, monkeypatch):
    assert verdicts({})["hinge_hessian_is_symmetric"] == "holds"
    right = hessian.hessian_vector_product

    def penalised(loss, parameters):
        product = right(loss, parameters)
        return lambda vector: product(vector) + 0.1 * vector

    monkeypatch.setattr(hessian, "hessian_vector_product", penalised)
    assert verdicts({"hessian": planes()["hessian"]})["hinge_hessian_is_symmetric"] == "fails"
