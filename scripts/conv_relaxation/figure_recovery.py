"""Recovery of a planted filter against samples per dimension."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import CYCLE, finding, measured, plain_log_ticks, sns, subplots

#: A training loss below this is rounding.
ROUNDING = 1e-16


def figure_recovery(recovery, tuning, numbers, draws):
    """Methods at the fewest and at the most patches; one draw by dimension; the steps that descent was tuned over."""
    fig, ((few, many), (dimension, steps)) = subplots(2, 2, width=10, height=7.6)
    wide = recovery.assign(
        **{
            METHODS["some draw"].name: (recovery["draws_recovered"] > 0).astype(float),
            METHODS["one draw"].name: recovery["draws_recovered"] / draws,
            METHODS["some start"].name: (recovery["starts_recovered"] > 0).astype(float),
        }
    )
    names = [METHODS[word].name for word in ("some draw", "one draw", "some start")]
    long = wide.melt(["patches", "dimension", "ratio", "problem"], names, "method", "share")
    shared = {"x": "ratio", "y": "share", "seed": 0, "n_boot": 300, "err_kws": {"alpha": 0.2}}
    for panel, count in ((few, long["patches"].min()), (many, long["patches"].max())):
        sns.lineplot(long[long["patches"] == count], hue="method", style="method", markersize=6, ax=panel,
                     legend=panel is few, **looks(names), **shared)  # fmt: skip
        panel.set_title(f"{count} patch{'es' if count > 1 else ''}, all dimensions")
    single = long[(long["patches"] == long["patches"].min()) & (long["method"] == names[1])]
    sizes = single["dimension"].astype(str)
    sns.lineplot(single.assign(dimension=sizes), hue="dimension", style="dimension", markers=True, dashes=False,
                 palette=CYCLE[1 : sizes.nunique() + 1], ax=dimension, **shared)  # fmt: skip
    dimension.legend(title="dimension d", fontsize="small")
    dimension.set_title(f"{names[1]}, {single['patches'].iloc[0]} patch, by dimension")
    for panel in (few, many, dimension):
        panel.axhline(0.5, color="0.6", linewidth=1, zorder=0)
        panel.set_xscale("log", base=2)
        panel.xaxis.set_major_formatter("{x:g}")
        panel.set(xlabel="samples per dimension n/d", ylabel="share of problems recovered", ylim=(-0.03, 1.03))
    fig.legend(*few.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    few.get_legend().remove()
    _steps(steps, tuning)
    one, some = (measured(numbers, f"recovered_by_{which}_draw_most_samples") for which in ("one", "some"))
    finding(
        fig,
        f"One draw of the relaxation recovers {one} of the filters with the most samples, some draw {some}; "
        f"share of some draw minus share of some start of gradient descent, all sizes: "
        f"{measured(numbers, 'some_draw_minus_some_start')}",
    )
    return fig


def _steps(panel, tuning):
    rows = tuning[np.isfinite(tuning["score"])]
    loss, patches = rows["score"].clip(lower=ROUNDING), rows["patches"].astype(str)
    rows = rows.assign(off=rows["step"] / rows["chosen"], loss=loss, patches=patches)
    sns.lineplot(rows, x="off", y="loss", hue="patches", style="patches", markers=True, dashes=False, estimator=None,
                 palette=CYCLE[2 : patches.nunique() + 2], ax=panel)  # fmt: skip
    panel.axvline(1, color="0.6", linewidth=1, zorder=0)
    panel.set(xscale="log", yscale="log", xlabel="step / best step", ylim=(ROUNDING / 10, 1e3))
    panel.set_ylabel("median training loss (1e−16: rounding)")
    panel.set_title("gradient descent, the steps that were tried")
    plain_log_ticks(panel.xaxis, subs=(1.0, 3.0))


if __name__ == "__main__":
    run(figure_recovery)
