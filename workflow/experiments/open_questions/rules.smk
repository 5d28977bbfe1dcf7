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
    },
    metrics=reads("runs", "fits"),
    figures={
        "per_parameter": figure(
            "Error against number of parameters",
            reads("runs", metrics="metrics.csv", settings=["samples", "per_parameter"]),
        ),
        "comparison": figure(
            "All convexifications side by side",
            reads("fits", metrics="metrics.csv", settings=["samples", "per_parameter", "comparison"]),
        ),
    },
)
