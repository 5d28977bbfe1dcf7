# The prepared data set that a source names; none for the synthetic problems.
LINEAR_DUALITY_DATA = lambda job: [] if job.source == "synthetic" else f"data/prepared/{job.source}.npz"

experiment(
    "linear_duality",
    title="Deep linear networks",
    jobs={
        "dual": compute(
            "dual and recovered networks",
            data=LINEAR_DUALITY_DATA,
            settings=["dual"],
            writes=["dual_{source}", "convergence_{source}"],
            mem_mb=4000,
            runtime=60,
        ),
        "descent": compute(
            "gradient descent against the dual value",
            data=LINEAR_DUALITY_DATA,
            settings=["descent"],
            writes=["runs_{source}", "histories_{source}", "trials_{source}"],
            mem_mb=4000,
            runtime=240,
        ),
        "chains": compute(
            "chains of convolutions and of affine layers", settings=["descent", "chains"], writes=["chains"]
        ),
        "properties": compute(
            "projection, convexity, noise and critical points",
            settings=["properties"],
            writes=["least_squares", "midpoints", "noise", "critical_points"],
        ),
        "optima": compute(
            "table of optima",
            reads=reads(runs=each("runs_{source}", "shared.sources")),
            settings=["descent"],
            writes=["optima.csv"],
        ),
    },
    metrics=reads(
        *("chains", "least_squares", "midpoints", "noise", "critical_points"),
        dual=each("dual_{source}", "shared.sources"),
        convergence=each("convergence_{source}", "shared.sources"),
        runs=each("runs_{source}", "shared.sources"),
        settings=["descent"],
    ),
    figures={
        "gap_against_iteration": figure(
            "Gap against iteration",
            reads(
                histories=each("histories_{source}", "shared.sources"),
                convergence=each("convergence_{source}", "shared.sources"),
                metrics="metrics.csv",
                settings=["descent"],
            ),
        ),
        "optimum_against_gamma": figure(
            "Optimum against γ",
            reads(dual=each("dual_{source}", "shared.sources"), metrics="metrics.csv", settings=["descent"]),
        ),
        "optima": figure(
            "Where descent ends",
            reads(optima="optima.csv", runs=each("runs_{source}", "shared.sources"), settings=["descent"]),
        ),
        "step_sensitivity": figure(
            "Sensitivity to the step", reads(trials=each("trials_{source}", "shared.sources"), settings=["descent"])
        ),
        "weight_decay": figure(
            "Weight decay against Schatten norms",
            reads(
                dual=each("dual_{source}", "shared.sources"),
                runs=each("runs_{source}", "shared.sources"),
                metrics="metrics.csv",
            ),
        ),
    },
)
