TRAINED = ["points", "fixed_depth", "descent", "training"]

experiment(
    "width",
    title="Width",
    jobs={
        "initial": compute(
            "Gram matrices of random networks of growing width",
            data="real_data.datasets",
            settings=["points", "real_data", "fixed_depth", "initial"],
            writes=["initial", "shapes"],
        ),
        "training": compute(
            "deep networks of growing width, trained",
            data="real_data.datasets",
            settings=["points", "real_data", "fixed_depth", "descent", "training"],
            writes=["records", "losses"],
        ),
        "shallow": compute("the shallow experiment of Du et al. (2019)", settings=["shallow"], writes=["shallow"]),
        "long": compute(
            "runs until the bound halves", settings=["points", "fixed_depth", "descent", "long"], writes=["long"]
        ),
        "limits": compute(
            "limits and conditioning against depth",
            settings=["points", "by_depth", "descent", "limits"],
            writes=["limits"],
        ),
        "stability": compute(
            "width of a stable Gram matrix against depth",
            reads=reads("limits"),
            settings=["points", "stability"],
            writes=["stability", "stable_width", "stable_width_of_draws"],
        ),
        "target": compute(
            "width that reaches the target against depth",
            reads=reads("limits"),
            settings=["points", "by_depth", "descent", "target"],
            writes=["target", "target_width", "target_width_of_starts"],
        ),
        "degeneracy": compute(
            "two near-parallel points",
            settings=["points", "fixed_depth", "by_depth", "degeneracy"],
            writes=["degeneracy"],
        ),
        "defects": compute(
            "one step beside equation (10)", settings=["points", "fixed_depth", "defects"], writes=["defects"]
        ),
    },
    metrics=reads(
        *("initial", "shapes", "records", "losses", "limits", "stability", "stable_width_of_draws"),
        *("target_width_of_starts", "degeneracy", "defects", "long", "shallow"),
    ),
    figures={
        "gram": figure(
            "Gram matrices and weights against width",
            reads("initial", "records", metrics="metrics.csv", settings=TRAINED),
        ),
        "rate": figure("Training error and its bound", reads("losses", metrics="metrics.csv", settings=TRAINED)),
        "shallow": figure("Shallow ReLU network", reads("shallow", metrics="metrics.csv", settings=["shallow"])),
        "depth_limits": figure(
            "Wide limits against depth",
            reads("limits", metrics="metrics.csv", settings=["points", "by_depth", "descent"]),
        ),
        "depth_width": figure(
            "Width needed against depth",
            reads(
                stable_width="stable_width_of_draws",
                target_width="target_width_of_starts",
                metrics="metrics.csv",
                settings=["points", "descent", "target"],
            ),
        ),
        "equations": figure(
            "Equations (10) and (11), layers, degenerate data",
            reads("initial", "defects", "degeneracy", metrics="metrics.csv", settings=["points", "fixed_depth"]),
        ),
    },
)
