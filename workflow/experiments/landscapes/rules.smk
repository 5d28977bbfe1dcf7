experiment(
    "landscapes",
    title="Landscapes of multi-branch networks",
    metrics=reads(
        measures=each("measures_{row}", "problems.rows"),
        hessian=each("hessian_{row}", "problems.rows"),
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
    },
)

# The entry of problems.rows that a job's wildcard names.
LANDSCAPE = lambda job: next(
    row for row in SETTINGS["landscapes"][job.scale]["problems"]["rows"] if row["name"] == job.row
)


use rule job as landscapes_compute_planes with:
    message:
        "Landscapes of multi-branch networks: train, draw planes, measure convexity ({wildcards.row})"
    input:
        data=lambda wildcards: f"data/prepared/{LANDSCAPE(wildcards)['dataset']}.npz",
        code=code_of("scripts/landscapes/compute_planes.py"),
    output:
        surfaces="results/{scale}/landscapes/surfaces_{row}.parquet",
        measures="results/{scale}/landscapes/measures_{row}.parquet",
        hessian="results/{scale}/landscapes/hessian_{row}.parquet",
    params:
        settings=settings("landscapes", "planes"),
        # A job is given its own row; another title draws figures anew and trains nothing.
        problem=lambda wildcards: {key: value for key, value in LANDSCAPE(wildcards).items() if key != "title"},
    pathvars:
        job="landscapes/compute_planes_{row}",
    resources:
        mem_mb=lambda wildcards: 8000 if wildcards.scale == "paper" else 2000,
        runtime=lambda wildcards: 2880 if wildcards.scale == "paper" else 30,
