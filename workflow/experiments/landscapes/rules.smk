# The entry of problems.rows that a job's wildcard names.
LANDSCAPE = lambda job: next(
    row for row in SETTINGS["landscapes"][job.scale]["problems"]["rows"] if row["name"] == job.row
)

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
            mem_mb=lambda wildcards: 8000 if wildcards.scale == "paper" else 2000,
            runtime=lambda wildcards: 2880 if wildcards.scale == "paper" else 30,
        ),
        "convergence": compute(
            "train networks of equal numbers of parameters, steps tuned",
            data="convergence.dataset",
            settings=["convergence"],
            writes=["convergence", "steps"],
        ),
    },
    metrics=reads(
        measures=each("measures_{row}", "problems.rows"),
        hessian=each("hessian_{row}", "problems.rows"),
        convergence="convergence",
        settings=["problems"],
    ),
    figures={
        "architecture": figure("Multi-branch architecture (survey Figure 1)", reads()),
        "surfaces": figure(
            "Surfaces (survey Figure 2)",
            reads(
                surfaces=each("surfaces_{row}", "problems.rows"),
                measures=each("measures_{row}", "problems.rows"),
                hessian=each("hessian_{row}", "problems.rows"),
                settings=["problems", "planes"],
            ),
        ),
        "contours": figure(
            "Contours of the same surfaces",
            reads(
                surfaces=each("surfaces_{row}", "problems.rows"),
                measures=each("measures_{row}", "problems.rows"),
                settings=["problems", "planes"],
            ),
        ),
        "controls": figure(
            "Controls",
            reads(
                surfaces=each("surfaces_{row}", "problems.rows"),
                measures=each("measures_{row}", "problems.rows"),
                settings=["problems", "planes"],
            ),
        ),
        "measures": figure(
            "Non-convexity against I",
            reads(measures=each("measures_{row}", "problems.rows"), settings=["problems", "planes"]),
        ),
        "curvature": figure(
            "Hessian against I",
            reads(hessian=each("hessian_{row}", "problems.rows"), settings=["problems", "planes"]),
        ),
        "convergence": figure(
            "Training at an equal number of parameters", reads("convergence", "steps", settings=["convergence"])
        ),
    },
)
