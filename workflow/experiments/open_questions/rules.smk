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
    },
    metrics=reads("runs"),
    figures={
        "per_parameter": figure(
            "Error against number of parameters",
            reads("runs", metrics="metrics.csv", settings=["samples", "per_parameter"]),
        ),
    },
)
