# Times of the fits: no result, they differ from build to build.
SECONDS = report(
    "benchmarks/{scale}/global_training/fits{block}.csv",
    caption="../experiments/global_training/captions/runtimes.rst",
    category="Global training",
    labels={"figure": "Runtimes (table){block}"},
)

experiment(
    "global_training",
    title="Global training",
    jobs={
        "tasks": compute(
            "Adam, SGD, sampled, gated and global training on real data",
            data="tasks.datasets",
            settings=["tasks"],
            writes=["tasks", "penalties"],
            files={"seconds": SECONDS},
            mem_mb=3000,
            runtime=60,
        ),
        "any_width": compute(
            "the best network of any width, proved, and networks of descent beside it",
            data="any_width.dataset",
            settings=["any_width"],
            writes=["optima", "networks", "escape", "bounds"],
            mem_mb=4000,
            runtime=60,
        ),
    },
    metrics=reads("tasks", "penalties", "optima", "networks", "escape", "bounds"),
    figures={
        "any_width": figure(
            "The best network of any width, proved",
            reads("optima", "networks", metrics="metrics.csv", settings=["any_width"]),
        ),
        "tasks": figure(
            "Real data: objective and test accuracy",
            reads("tasks", "penalties", metrics="metrics.csv", settings=["tasks"]),
        ),
        "escape": figure("Stuck networks, improved", reads("escape", metrics="metrics.csv", settings=["any_width"])),
        "bounds": figure(
            "What is proved in higher rank", reads("bounds", metrics="metrics.csv", settings=["any_width"])
        ),
    },
)
