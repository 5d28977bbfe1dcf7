"""Width at which gradient descent reaches the target within twice the iterations of the wide limit, against depth."""

import pandas as pd
from _points import sphere
from _variants import networks

from convexify.seeds import integer_seed
from convexify.width.dynamics import gradient_descent
from convexify.width.linear_dynamics import iterations_to_target
from convexify.width.needed_width import first_success_width
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_target(limits, settings, device, seed):
    """Tables ``target``, one row per network, ``target_width``, and the same for each start, alike at every width."""
    X, y = sphere(settings.samples, settings.dimension, seed)
    rows, needed, by_start, share = [], [], [], Share(settings)
    limits = limits[limits["activation"].isin(share.activations) & limits["depth"].isin(share.depths)]
    trained = limits[(limits["draw"] == 0) & (2 * limits["iterations"] <= settings.most_iterations)]
    for limit in trained.itertuples():
        key = {"activation": limit.activation, "variant": limit.variant, "depth": limit.depth}
        allowance, runs = int(2 * limit.iterations), []
        for width in settings.widths:
            seeds = [
                integer_seed(seed, "width", "target", *key.values(), width, r) for r in range(settings.repetitions)
            ]
            sizes = (settings.dimension, width, limit.depth)
            loss, _ = gradient_descent(
                networks(limit.variant, sizes, limit.activation, seeds=seeds, device=device),
                X,
                y,
                step_fraction=settings.step_fraction,
                iterations=allowance,
                record_at=(),
                target=settings.target,
            )
            runs += [
                {**key, "width": width, "repetition": repetition, "allowance": allowance, "iterations": count}
                for repetition, count in enumerate(iterations_to_target(loss, settings.target))
            ]
        reached = pd.DataFrame(runs).assign(reached=lambda table: table["iterations"].notna())
        shares = reached.groupby("width")["reached"].mean()
        needed.append({**key, "width": first_success_width(shares.index, shares)})
        for repetition, some in reached.groupby("repetition"):
            width = first_success_width(some["width"], some["reached"])
            by_start.append({**key, "repetition": repetition, "width": width})
        rows += runs
    # With no network trained both tables are empty, not without columns.
    columns = ["activation", "variant", "depth", "width"]
    return {
        "target": pd.DataFrame(rows, columns=[*columns, "repetition", "allowance", "iterations"]),
        "target_width": pd.DataFrame(needed, columns=columns),
        "target_width_of_starts": pd.DataFrame(by_start, columns=[*columns, "repetition"]),
    }


if __name__ == "__main__":
    run(compute_target)
