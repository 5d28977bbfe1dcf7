"""The shallow ReLU experiment of Du, Zhai, Poczos and Singh (2019): error, patterns and weights against width."""

import pandas as pd

from convexify.datasets.transforms import unit_rows
from convexify.seeds import generator, integer_seed
from convexify.width.shallow_relu import calibrated_step, largest_step, shallow_dynamics
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_shallow(settings, device, seed):
    """One row per step rule, width, repetition and epoch.

    The largest width, which takes half of the time, has ``repetitions`` draws; the others have ``repetitions_below``,
    of which the first are the same. The other step rule is there to tell whether the step explains what differs from
    the paper: ``repetitions_of_other_steps`` draws of ``widths_of_other_steps``.
    """
    frames, share = [], Share(settings)
    further = range(settings.repetitions_below, settings.repetitions) if share.last else ()
    for repetition in [*share.repetitions_below, *further]:
        stream = generator(seed, "width", "shallow", repetition)
        X = unit_rows(stream.standard_normal((settings.samples, settings.samples)))
        y = stream.standard_normal(settings.samples)
        steps = {
            "calibrated": calibrated_step(X, y, iterations=settings.epochs, log_error=settings.reported_log_error),
            "half of 2/λ_max": largest_step(X),
        }
        for rule in settings.steps[: None if repetition < settings.repetitions_of_other_steps else 1]:
            for width in settings.widths if rule == settings.steps[0] else settings.widths_of_other_steps:
                if width == max(settings.widths) and repetition >= settings.repetitions:
                    continue
                start = integer_seed(seed, "width", "shallow", width, repetition)
                table = shallow_dynamics(
                    X, y, width, step=steps[rule], iterations=settings.epochs, seed=start, device=device
                )
                frames.append(table.assign(step_rule=rule, step=steps[rule], width=width, repetition=repetition))
    return pd.concat(frames, ignore_index=True).assign(samples=settings.samples)


if __name__ == "__main__":
    run(compute_shallow)
