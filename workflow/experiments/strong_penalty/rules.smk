# One job for each problem: the curve, which needs no data, and pairs of classes.
PROBLEM_DATA = lambda job: [] if job.problem == "sine" else [f"data/prepared/{job.problem}.npz"]
PROBLEM_TABLES = ("paths", "baselines", "thresholds", "collapse", "draws", "descents")
PAIR = {"pair": lambda job: SETTINGS["strong_penalty"][job.scale]["problems"]["pairs"].get(job.problem)}

experiment(
    "strong_penalty",
    title="Strong penalties",
    jobs={
        "minima": compute(
            "minima from many starts over λ",
            data=PROBLEM_DATA,
            settings=["penalties", "minima", "tolerance"],
            params=PAIR,
            writes=["paths_{problem}", "functions_{problem}", "baselines_{problem}", "collapse_{problem}"],
            runtime=60,
        ),
        "thresholds": compute(
            "where convexity begins, with proof",
            data=PROBLEM_DATA,
            settings=["search"],
            params=PAIR,
            writes=["thresholds_{problem}"],
            mem_mb=3000,
            runtime=120,
        ),
        "draws": compute(
            "errors over draws of the samples",
            data=PROBLEM_DATA,
            settings=["penalties", "draws", "tolerance"],
            params=PAIR,
            writes=["draws_{problem}", "descents_{problem}"],
        ),
        "arguments": compute(
            "steps of the thread's arguments",
            reads=reads(paths="paths_sine", thresholds="thresholds_sine"),
            settings=["penalties", "tolerance", "arguments", "search", "growth"],
            writes=["arguments"],
        ),
        "growth": compute("how the threshold grows with the domain", settings=["search", "growth"], writes=["growth"]),
        "kink": compute("second differences of a ReLU network across a kink", settings=["penalties"], writes=["kink"]),
        "hessians": compute(
            "smallest eigenvalues over a domain, and how the penalty moves eigenvalues",
            settings=["hessians"],
            writes=["slice", "shift_of_eigenvalues"],
        ),
    },
    metrics=reads(
        *("growth", "kink", "shift_of_eigenvalues", "arguments"),
        **{name: each(name + "_{problem}", "problems.names") for name in PROBLEM_TABLES},
    ),
    figures={
        "errors_against_lambda": figure(
            "Errors and minima against λ: {problem}",
            reads(
                paths="paths_{problem}",
                baselines="baselines_{problem}",
                thresholds="thresholds_{problem}",
                collapse="collapse_{problem}",
                settings=["minima", "tolerance"],
            ),
            over=each("errors_{problem}", "problems.names"),
        ),
        "where_convex": figure(
            "Test errors where the objective becomes convex",
            reads(errors=each("draws_{problem}", "problems.names"), metrics="metrics.csv", settings=["draws"]),
        ),
        "fitted_functions": figure("The fitted functions", reads(functions="functions_sine")),
        "hessian_slice": figure("Curvature over the whole domain", reads("growth", curvature="slice")),
        "relu_kink": figure("ReLU across a kink", reads("kink", metrics="metrics.csv")),
        "threshold_growth": figure("The threshold against the domain", reads("growth")),
    },
)
