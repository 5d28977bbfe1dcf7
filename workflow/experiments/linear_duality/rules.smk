LINEAR_DUALITY = {
    table: each(f"{table}_{{source}}", "shared.sources") for table in ("dual", "convergence", "runs", "histories")
}

experiment(
    "linear_duality",
    title="Deep linear networks",
    metrics=reads(
        dual=LINEAR_DUALITY["dual"],
        convergence=LINEAR_DUALITY["convergence"],
        runs=LINEAR_DUALITY["runs"],
        settings=["descent"],
    ),
    figures={
        "gap_against_iteration": figure(
            "Gap against iteration",
            reads(histories="histories_{source}", convergence="convergence_{source}", settings=["descent"]),
            over=each("gap_against_iteration_{source}", "shared.sources"),
        ),
        "optimum_against_gamma": figure(
            "Optimum against γ", reads(dual=LINEAR_DUALITY["dual"], settings=["descent"])
        ),
        "optima": figure("Table of optima", reads(optima="optima.csv", settings=["descent"])),
        "weight_decay": figure(
            "Weight decay against Schatten norms", reads(dual=LINEAR_DUALITY["dual"], runs=LINEAR_DUALITY["runs"])
        ),
    },
)


def linear_duality_data(wildcards):
    """The prepared data set that a source names; none for the synthetic problems."""
    return [] if wildcards.source == "synthetic" else f"data/prepared/{wildcards.source}.npz"


use rule job as linear_duality_compute_dual with:
    message:
        "Deep linear networks: dual and recovered networks ({wildcards.source})"
    input:
        data=linear_duality_data,
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
        data=linear_duality_data,
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
        **DECLARED["linear_duality"].inputs(reads(runs=LINEAR_DUALITY["runs"])),
        code=code_of("scripts/linear_duality/compute_optima.py"),
    output:
        table="results/{scale}/linear_duality/optima.csv",
    params:
        settings=settings("linear_duality", "descent"),
    pathvars:
        job="linear_duality/compute_optima",
