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
        "depth": compute(
            "networks of more layers on a line and on data of rank one",
            settings=["depth"],
            writes=["lines", "three_layers"],
        ),
        "random_gates": compute(
            "random gates beside the optimum over all patterns; recovery of planted linear models",
            data="random_gates.dataset",
            settings=["random_gates"],
            writes=["gates", "recovery"],
        ),
    },
    metrics=reads(
        "polytopes",
        "staircase",
        "escape",
        "zero_units",
        "reached",
        "ranges",
        "tuning",
        "lines",
        "three_layers",
        "gates",
        "recovery",
    ),
    figures={
        "escape": figure(
            "From stuck networks to the optimum",
            reads("escape", "paths", metrics="metrics.csv", settings=["escape"]),
        ),
        "staircase": figure(
            "Components of the set of optimal networks",
            reads("polytopes", "staircase", metrics="metrics.csv", settings=["optimal_sets"]),
        ),
        "depth": figure(
            "More layers: on a line and on data of rank one",
            reads("lines", "three_layers", metrics="metrics.csv", settings=["depth"]),
        ),
        "gates": figure(
            "Random gates, and recovery of planted linear models",
            reads("gates", "recovery", metrics="metrics.csv", settings=["random_gates"]),
        ),
    },
)
