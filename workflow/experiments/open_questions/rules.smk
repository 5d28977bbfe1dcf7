experiment(
    "open_questions",
    title="Open questions of the survey",
    jobs={
        "per_parameter": compute(
            "error against number of parameters, networks and convex models",
            data="samples.datasets",
            settings=["samples", "per_parameter"],
            writes=["runs", "tuning"],
        ),
        "comparison": compute(
            "all convexifications on the same draws",
            data="samples.datasets",
            reads=reads("runs"),
            settings=["samples", "per_parameter", "comparison"],
            writes=["fits", "comparison"],
        ),
        "architectures": compute(
            "depth against conditioning and needed width",
            settings=["architectures"],
            writes=["limits", "laws", "needed_widths"],
        ),
        "paths": compute(
            "a residual network beside parallel branches",
            data="paths.dataset",
            settings=["paths"],
            writes=["identities", "linear_gaps", "gaps", "surfaces", "steps"],
        ),
    },
    metrics=reads(
        *("runs", "fits", "limits", "laws", "needed_widths", "identities", "linear_gaps", "gaps", "surfaces", "steps")
    ),
    figures={
        "per_parameter": figure(
            "Error against number of parameters",
            reads("runs", metrics="metrics.csv", settings=["samples", "per_parameter"]),
        ),
        "architectures": figure(
            "Conditioning and needed width against depth",
            reads("limits", "needed_widths", metrics="metrics.csv", settings=["architectures"]),
        ),
        "paths": figure(
            "A residual network beside parallel branches",
            reads("linear_gaps", "gaps", "surfaces", metrics="metrics.csv", settings=["paths"]),
        ),
        "comparison": figure(
            "All convexifications side by side",
            reads("fits", "comparison", metrics="metrics.csv", settings=["samples", "per_parameter", "comparison"]),
        ),
    },
)
