"""Labels without noise: how much faster, and how much more often, the descent on the relaxed loss arrives."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, legend_of, measured, plain_log_ticks, sns, subplots


def figure_noise_free(cells, metrics):
    """Ratio of the iterations to the training target, and difference of the success rates, against n/d."""
    keys = ["ratio", "scale", "trial"]
    pairs = cells[cells["noise"] == 0].pivot(index=keys, columns="method", values=["iterations_to_target", "success"])
    steps, success = (pairs[column].astype(float) for column in ("iterations_to_target", "success"))
    table = pairs[[]].droplevel(1, axis=1).assign(
        speedup=steps["vanilla"] / steps["relaxed"], gain=100 * (success["relaxed"] - success["vanilla"])
    )  # fmt: skip
    table = table.reset_index().assign(start=lambda rows: rows["scale"].map("start × {:g}".format))
    fig, (left, right) = subplots(1, 2, width=10, height=4.8)
    left.set_yscale("log")
    style = {
        "x": "ratio",
        "hue": "start",
        "style": "start",
        "markers": True,
        "dashes": False,
        "palette": CYCLE[: table["start"].nunique()],
    }
    # On a logarithmic axis the mean of the ratios is the geometric one.
    for ax, column, equal in ((left, "speedup", 1), (right, "gain", 0)):
        sns.lineplot(table.dropna(subset=column), y=column, ax=ax, **style, errorbar=("se", 1.96), err_style="bars")
        ax.axhline(equal, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        ax.set(xlabel="samples per dimension n/d")
    left.set(ylabel="iterations, squared loss / relaxed loss", title="Above 1: relaxed is faster (both arrive)")
    right.set(ylabel="success rate, relaxed − squared (points)", title="Above 0: relaxed finds $w^*$ more often")
    plain_log_ticks(left.yaxis, subs=(1.0, 1.2, 1.5, 2.0, 3.0, 5.0))
    share = measured(metrics, "share_faster_relaxed", ".0%")
    speed = measured(metrics, "speedup_where_both_reach", ".2f")
    finding(
        fig,
        f"Without label noise descent on the relaxed loss is the faster one in {share} of the trials that differ, "
        f"by a factor of {speed} where both arrive",
    )
    legend_of(fig, left)
    return fig


if __name__ == "__main__":
    run(figure_noise_free)
