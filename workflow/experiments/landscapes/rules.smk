# The entry of problems.rows that a job's wildcard names.
LANDSCAPE = lambda job: next(
    row for row in SETTINGS["landscapes"][job.scale]["problems"]["rows"] if row["name"] == job.row
)
SURFACES, MEASURES, HESSIAN = (each(f"{name}_{{row}}", "problems.rows") for name in ("surfaces", "measures", "hessian"))

experiment(
    "landscapes",
    title="Landscapes of multi-branch networks",
    jobs={
        "planes": compute(
            "train, draw planes, measure convexity",
            data=lambda wildcards: f"data/prepared/{LANDSCAPE(wildcards)['dataset']}.npz",
            settings=["planes"],
            # A job is given its own row; another title draws figures anew and trains nothing.
            params={"problem": lambda job: {key: value for key, value in LANDSCAPE(job).items() if key != "title"}},
            writes=["surfaces_{row}", "measures_{row}", "hessian_{row}"],
            mem_mb=2000,
        ),
        "convergence": compute(
            "train networks of equal numbers of parameters, steps tuned",
            data="convergence.dataset",
            settings=["convergence"],
            writes=["convergence", "steps"],
        ),
    },
    metrics=reads(
        measures=MEASURES,
        hessian=HESSIAN,
        convergence="convergence",
        settings=["problems"],
    ),
    figures={
        "architecture": figure("Multi-branch architecture (survey Figure 1)", reads()),
        "surfaces": figure(
            "Surfaces (survey Figure 2)",
            reads(surfaces=SURFACES, measures=MEASURES, numbers="metrics.csv", settings=["problems", "planes"]),
        ),
        "contours": figure(
            "Contours of the same surfaces",
            reads(surfaces=SURFACES, measures=MEASURES, settings=["problems", "planes"]),
        ),
        "controls": figure(
            "Controls", reads(measures=MEASURES, numbers="metrics.csv", settings=["problems", "planes"])
        ),
        "measures": figure(
            "Non-convexity against I", reads(measures=MEASURES, numbers="metrics.csv", settings=["problems", "planes"])
        ),
        "curvature": figure(
            "Hessian against I", reads(hessian=HESSIAN, numbers="metrics.csv", settings=["problems", "planes"])
        ),
        "convergence": figure(
            "Training at an equal number of parameters",
            reads("convergence", "steps", numbers="metrics.csv", settings=["convergence"]),
        ),
    },
)
