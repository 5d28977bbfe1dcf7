experiment(
    "after_the_survey",
    title="After the survey",
    jobs={
        "optimal_sets": compute(
            "all optimal networks of small problems: components for each width",
            settings=["optimal_sets"],
            writes=["polytopes", "staircase"],
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
    metrics=reads("polytopes", "staircase", "lines", "three_layers", "gates", "recovery"),
    figures={
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
