experiment(
    "linear_duality",
    title="Deep linear networks",
    metrics=reads(
        dual=each("dual_{source}", "shared.sources"),
        convergence=each("convergence_{source}", "shared.sources"),
        runs=each("runs_{source}", "shared.sources"),
        settings=["descent"],
    ),
    figures={
        "gap_against_iteration": figure(
            "Gap against iteration",
            reads(histories="histories_{source}", convergence="convergence_{source}", settings=["descent"]),
            over=each("gap_against_iteration_{source}", "shared.sources"),
        ),
        "optimum_against_gamma": figure(
            "Optimum against γ", reads(dual=each("dual_{source}", "shared.sources"), settings=["descent"])
        ),
        "optima": figure("Table of optima", reads(optima="optima.csv", settings=["descent"])),
        "weight_decay": figure(
            "Weight decay against Schatten norms",
            reads(dual=each("dual_{source}", "shared.sources"), runs=each("runs_{source}", "shared.sources")),
        ),
    },
)

# The prepared data set that a source names; none for the synthetic problems.
LINEAR_DUALITY_DATA = lambda job: [] if job.source == "synthetic" else f"data/prepared/{job.source}.npz"


use rule job as linear_duality_compute_dual with:
    message:
        "Deep linear networks: dual and recovered networks ({wildcards.source})"
    input:
        data=LINEAR_DUALITY_DATA,
        code=code_of("scripts/linear_duality/compute_dual.py"),
    output:
        dual="results/{scale}/linear_duality/dual_{source}.parquet",
        convergence="results/{scale}/linear_duality/convergence_{source}.parquet",
    params:
        settings=settings("linear_duality", "dual"),
    pathvars:
        job="linear_duality/compute_dual_{source}",
    resources:
        mem_mb=4000,
        runtime=60,


use rule job as linear_duality_compute_descent with:
    message:
        "Deep linear networks: gradient descent against the dual value ({wildcards.source})"
    input:
        data=LINEAR_DUALITY_DATA,
        code=code_of("scripts/linear_duality/compute_descent.py"),
    output:
        runs="results/{scale}/linear_duality/runs_{source}.parquet",
        histories="results/{scale}/linear_duality/histories_{source}.parquet",
    params:
        settings=settings("linear_duality", "descent"),
    pathvars:
        job="linear_duality/compute_descent_{source}",
    resources:
        mem_mb=4000,
        runtime=240,


use rule job as linear_duality_compute_optima with:
    message:
        "Deep linear networks: table of optima"
    input:
        **DECLARED["linear_duality"].inputs(reads(runs=each("runs_{source}", "shared.sources"))),
        code=code_of("scripts/linear_duality/compute_optima.py"),
    output:
        table="results/{scale}/linear_duality/optima.csv",
    params:
        settings=settings("linear_duality", "descent"),
    pathvars:
        job="linear_duality/compute_optima",
