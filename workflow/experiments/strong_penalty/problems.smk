# One job for each problem: the curve, which needs no data, and pairs of classes.


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


use rule job as strong_penalty_compute_draws with:
    message:
        "Strong penalties: errors over draws of the samples ({wildcards.problem})"
    input:
        data=lambda wildcards: [] if wildcards.problem == "sine" else [f"data/prepared/{wildcards.problem}.npz"],
        code=code_of("scripts/strong_penalty/compute_draws.py"),
    output:
        draws="results/{scale}/strong_penalty/draws_{problem}.parquet",
    params:
        settings=settings("strong_penalty", "penalties", "draws"),
        pair=lambda wildcards: SETTINGS["strong_penalty"][wildcards.scale]["problems"]["pairs"].get(wildcards.problem),
    pathvars:
        job="strong_penalty/compute_draws_{problem}",
