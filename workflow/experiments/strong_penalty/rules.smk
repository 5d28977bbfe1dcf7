experiment(
    "strong_penalty",
    figures=lambda settings: [
        *[f"errors_{problem}" for problem in settings["problems"]],
        "fitted_functions",
        "hessian_slice",
        "relu_kink",
        "threshold_growth",
    ],
)


rule strong_penalty_minima:
    message:
        "Strong penalties: minima from many starts over λ ({wildcards.problem})"
    input:
        data=lambda wildcards: prepared_unless("sine", [wildcards.problem]),
        code=code_of("scripts/strong_penalty/minima.py"),
    output:
        paths="results/{scale}/strong_penalty/paths_{problem}.parquet",
        functions="results/{scale}/strong_penalty/functions_{problem}.parquet",
        baselines="results/{scale}/strong_penalty/baselines_{problem}.parquet",
    params:
        settings=settings("strong_penalty"),
        seed=config["seed"],
    log:
        "logs/{scale}/strong_penalty/minima_{problem}.log",
    benchmark:
        "benchmarks/{scale}/strong_penalty/minima_{problem}.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/strong_penalty/minima.py"


rule strong_penalty_thresholds:
    message:
        "Strong penalties: where convexity begins, with proof"
    input:
        data=lambda wildcards: prepared_unless("sine", SETTINGS["strong_penalty"][wildcards.scale]["problems"]),
        code=code_of("scripts/strong_penalty/thresholds.py"),
    output:
        thresholds="results/{scale}/strong_penalty/thresholds.parquet",
        growth="results/{scale}/strong_penalty/growth.parquet",
        kink="results/{scale}/strong_penalty/kink.parquet",
        slice="results/{scale}/strong_penalty/slice.parquet",
        shift_of_eigenvalues="results/{scale}/strong_penalty/shift_of_eigenvalues.parquet",
    params:
        settings=settings("strong_penalty"),
        seed=config["seed"],
    log:
        "logs/{scale}/strong_penalty/thresholds.log",
    benchmark:
        "benchmarks/{scale}/strong_penalty/thresholds.tsv"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=120,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/strong_penalty/thresholds.py"


rule strong_penalty_metrics:
    message:
        "Strong penalties: the numbers that the claims read"
    input:
        paths=lambda wildcards: expand(
            "results/{scale}/strong_penalty/paths_{problem}.parquet",
            scale=wildcards.scale,
            problem=SETTINGS["strong_penalty"][wildcards.scale]["problems"],
        ),
        baselines=lambda wildcards: expand(
            "results/{scale}/strong_penalty/baselines_{problem}.parquet",
            scale=wildcards.scale,
            problem=SETTINGS["strong_penalty"][wildcards.scale]["problems"],
        ),
        thresholds="results/{scale}/strong_penalty/thresholds.parquet",
        growth="results/{scale}/strong_penalty/growth.parquet",
        kink="results/{scale}/strong_penalty/kink.parquet",
        shift_of_eigenvalues="results/{scale}/strong_penalty/shift_of_eigenvalues.parquet",
        code=code_of("scripts/strong_penalty/metrics.py"),
    output:
        metrics="results/{scale}/strong_penalty/metrics.csv",
    params:
        settings=settings("strong_penalty"),
    log:
        "logs/{scale}/strong_penalty/metrics.log",
    benchmark:
        "benchmarks/{scale}/strong_penalty/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/strong_penalty/metrics.py"


rule strong_penalty_errors:
    message:
        "Strong penalties: figure, errors and minima against λ ({wildcards.problem})"
    input:
        paths="results/{scale}/strong_penalty/paths_{problem}.parquet",
        baselines="results/{scale}/strong_penalty/baselines_{problem}.parquet",
        thresholds="results/{scale}/strong_penalty/thresholds.parquet",
        code=code_of("scripts/strong_penalty/errors.py"),
    output:
        png=report(
            "reports/{scale}/strong_penalty/errors_{problem}.png",
            caption="captions/errors_against_lambda.rst",
            category="Strong penalties",
            labels={"figure": "Errors and minima against λ: {problem}"},
        ),
        svg="reports/{scale}/strong_penalty/errors_{problem}.svg",
    params:
        settings=settings("strong_penalty"),
    log:
        "logs/{scale}/strong_penalty/errors_{problem}.log",
    benchmark:
        "benchmarks/{scale}/strong_penalty/errors_{problem}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/strong_penalty/errors.py"


rule strong_penalty_figures:
    message:
        "Strong penalties: figures of curvature and of the fits"
    input:
        functions="results/{scale}/strong_penalty/functions_sine.parquet",
        slice_="results/{scale}/strong_penalty/slice.parquet",
        growth="results/{scale}/strong_penalty/growth.parquet",
        kink="results/{scale}/strong_penalty/kink.parquet",
        code=code_of("scripts/strong_penalty/curvature.py"),
    output:
        fitted_functions=report(
            "reports/{scale}/strong_penalty/fitted_functions.png",
            caption="captions/fitted_functions.rst",
            category="Strong penalties",
            labels={"figure": "The fitted functions"},
        ),
        fitted_functions_svg="reports/{scale}/strong_penalty/fitted_functions.svg",
        hessian_slice=report(
            "reports/{scale}/strong_penalty/hessian_slice.png",
            caption="captions/hessian_slice.rst",
            category="Strong penalties",
            labels={"figure": "Curvature over the whole domain"},
        ),
        hessian_slice_svg="reports/{scale}/strong_penalty/hessian_slice.svg",
        relu_kink=report(
            "reports/{scale}/strong_penalty/relu_kink.png",
            caption="captions/relu_kink.rst",
            category="Strong penalties",
            labels={"figure": "ReLU across a kink"},
        ),
        relu_kink_svg="reports/{scale}/strong_penalty/relu_kink.svg",
        threshold_growth=report(
            "reports/{scale}/strong_penalty/threshold_growth.png",
            caption="captions/threshold_growth.rst",
            category="Strong penalties",
            labels={"figure": "The threshold against the domain"},
        ),
        threshold_growth_svg="reports/{scale}/strong_penalty/threshold_growth.svg",
    params:
        settings=settings("strong_penalty"),
    log:
        "logs/{scale}/strong_penalty/figures.log",
    benchmark:
        "benchmarks/{scale}/strong_penalty/figures.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/strong_penalty/curvature.py"
