experiment(
    "after_the_survey",
    title="After the survey",
    jobs={
        "optimal_sets": compute(
            "all optimal networks of small problems: components for each width",
            settings=["optimal_sets"],
            writes=["polytopes", "staircase"],
        ),
    },
    metrics=reads("polytopes", "staircase"),
    figures={
        "staircase": figure(
            "Components of the set of optimal networks",
            reads("polytopes", "staircase", metrics="metrics.csv", settings=["optimal_sets"]),
        ),
    },
)
