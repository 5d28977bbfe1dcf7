experiment(
    "strong_penalty",
    title="Strong penalties",
    metrics=reads(
        "growth",
        "kink",
        "shift_of_eigenvalues",
        paths=each("paths_{problem}", "problems.names"),
        baselines=each("baselines_{problem}", "problems.names"),
        thresholds=each("thresholds_{problem}", "problems.names"),
        settings=["minima"],
    ),
    figures={
        "errors_against_lambda": figure(
            "Errors and minima against λ: {problem}",
            reads(
                paths="paths_{problem}",
                baselines="baselines_{problem}",
                thresholds="thresholds_{problem}",
                settings=["minima"],
            ),
            over=each("errors_{problem}", "problems.names"),
        ),
        "fitted_functions": figure("The fitted functions", reads(functions="functions_sine")),
        "hessian_slice": figure("Curvature over the whole domain", reads("growth", curvature="slice")),
        "relu_kink": figure("ReLU across a kink", reads("kink")),
        "threshold_growth": figure("The threshold against the domain", reads("growth")),
    },
)


include: "curvature.smk"


use rule job as strong_penalty_compute_minima with:
    message:
        "Strong penalties: minima from many starts over λ ({wildcards.problem})"
    input:
        data=lambda wildcards: [] if wildcards.problem == "sine" else [f"data/prepared/{wildcards.problem}.npz"],
        code=code_of("scripts/strong_penalty/compute_minima.py"),
    output:
        paths="results/{scale}/strong_penalty/paths_{problem}.parquet",
        functions="results/{scale}/strong_penalty/functions_{problem}.parquet",
        baselines="results/{scale}/strong_penalty/baselines_{problem}.parquet",
    params:
        settings=settings("strong_penalty", "penalties", "minima"),
        pair=lambda wildcards: SETTINGS["strong_penalty"][wildcards.scale]["problems"]["pairs"].get(wildcards.problem),
    pathvars:
        job="strong_penalty/compute_minima_{problem}",
    resources:
        runtime=60,


use rule job as strong_penalty_compute_thresholds with:
    message:
        "Strong penalties: where convexity begins, with proof ({wildcards.problem})"
    input:
        data=lambda wildcards: [] if wildcards.problem == "sine" else [f"data/prepared/{wildcards.problem}.npz"],
        code=code_of("scripts/strong_penalty/compute_thresholds.py"),
    output:
        thresholds="results/{scale}/strong_penalty/thresholds_{problem}.parquet",
    params:
        settings=settings("strong_penalty", "search"),
        pair=lambda wildcards: SETTINGS["strong_penalty"][wildcards.scale]["problems"]["pairs"].get(wildcards.problem),
    pathvars:
        job="strong_penalty/compute_thresholds_{problem}",
    resources:
        mem_mb=3000,
        runtime=120,
