experiment(
    "after_the_survey",
    title="After the survey",
    jobs={
        "optimal_sets": compute(
            "all optimal networks of small problems: components for each width",
            settings=["optimal_sets"],
            writes=["polytopes", "staircase"],
        ),
        "trained_networks": compute(
            "ways out of bad minima, zero units, and which of many optima an optimiser reaches",
            settings=["escape", "zero_units", "reached"],
            writes=["escape", "paths", "zero_units", "reached", "ranges", "tuning"],
        ),
    },
    metrics=reads("polytopes", "staircase", "escape", "zero_units", "reached", "ranges", "tuning"),
    figures={
        "escape": figure(
            "From stuck networks to the optimum",
            reads("escape", "paths", metrics="metrics.csv", settings=["escape"]),
        ),
        "staircase": figure(
            "Components of the set of optimal networks",
            reads("polytopes", "staircase", metrics="metrics.csv", settings=["optimal_sets"]),
        ),
    },
)
