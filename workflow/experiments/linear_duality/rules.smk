experiment(
    "linear_duality",
    figures=[
        "gap_against_iteration",
        "gap_against_iteration_synthetic",
        "optimum_against_gamma",
        "optima",
        "weight_decay",
    ],
)


rule linear_duality_synthetic:
    message:
        "Deep linear networks: dual, recovery and gradient descent on synthetic problems"
    input:
        code=code_of("scripts/linear_duality/compute.py"),
    output:
        dual="results/{scale}/linear_duality/synthetic_dual.parquet",
        convergence="results/{scale}/linear_duality/synthetic_convergence.parquet",
        runs="results/{scale}/linear_duality/synthetic_runs.parquet",
        histories="results/{scale}/linear_duality/synthetic_histories.parquet",
    params:
        settings=settings("linear_duality"),
        source="synthetic",
        seed=config["seed"],
    log:
        "logs/{scale}/linear_duality/synthetic.log",
    benchmark:
        "benchmarks/{scale}/linear_duality/synthetic.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=240,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/linear_duality/compute.py"


rule linear_duality_data:
    message:
        "Deep linear networks: dual, recovery and gradient descent on {wildcards.dataset}"
    input:
        data="data/prepared/{dataset}.npz",
        code=code_of("scripts/linear_duality/compute.py"),
    output:
        dual="results/{scale}/linear_duality/{dataset}_dual.parquet",
        convergence="results/{scale}/linear_duality/{dataset}_convergence.parquet",
        runs="results/{scale}/linear_duality/{dataset}_runs.parquet",
        histories="results/{scale}/linear_duality/{dataset}_histories.parquet",
    params:
        settings=settings("linear_duality"),
        source=lambda wildcards: wildcards.dataset,
        seed=config["seed"],
    log:
        "logs/{scale}/linear_duality/{dataset}.log",
    benchmark:
        "benchmarks/{scale}/linear_duality/{dataset}.tsv"
    wildcard_constraints:
        dataset="(?!synthetic_)[a-z0-9_]+",
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/linear_duality/compute.py"


ruleorder: linear_duality_synthetic > linear_duality_data


rule linear_duality_metrics:
    message:
        "Deep linear networks: the numbers that the claims read"
    input:
        dual=synthetic_and_real("linear_duality", "dual"),
        convergence=synthetic_and_real("linear_duality", "convergence"),
        runs=synthetic_and_real("linear_duality", "runs"),
        code=code_of("scripts/linear_duality/metrics.py"),
    output:
        metrics="results/{scale}/linear_duality/metrics.csv",
    params:
        settings=settings("linear_duality"),
    log:
        "logs/{scale}/linear_duality/metrics.log",
    benchmark:
        "benchmarks/{scale}/linear_duality/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/linear_duality/metrics.py"


rule linear_duality_figures:
    message:
        "Deep linear networks: figures and the table of optima"
    input:
        dual=synthetic_and_real("linear_duality", "dual"),
        convergence=synthetic_and_real("linear_duality", "convergence"),
        runs=synthetic_and_real("linear_duality", "runs"),
        histories=synthetic_and_real("linear_duality", "histories"),
        code=code_of("scripts/linear_duality/figures.py"),
    output:
        gap_against_iteration=report(
            "reports/{scale}/linear_duality/gap_against_iteration.png",
            caption="captions/gap_against_iteration.rst",
            category="Linear duality",
            labels={"figure": "Gap against iteration, real data"},
        ),
        gap_against_iteration_synthetic=report(
            "reports/{scale}/linear_duality/gap_against_iteration_synthetic.png",
            caption="captions/gap_against_iteration_synthetic.rst",
            category="Linear duality",
            labels={"figure": "Gap against iteration, synthetic data"},
        ),
        optimum_against_gamma=report(
            "reports/{scale}/linear_duality/optimum_against_gamma.png",
            caption="captions/optimum_against_gamma.rst",
            category="Linear duality",
            labels={"figure": "Optimum against γ"},
        ),
        optima=report(
            "reports/{scale}/linear_duality/optima.png",
            caption="captions/optima.rst",
            category="Linear duality",
            labels={"figure": "Table of optima"},
        ),
        weight_decay=report(
            "reports/{scale}/linear_duality/weight_decay.png",
            caption="captions/weight_decay.rst",
            category="Linear duality",
            labels={"figure": "Weight decay against Schatten norms"},
        ),
        gap_against_iteration_svg="reports/{scale}/linear_duality/gap_against_iteration.svg",
        gap_against_iteration_synthetic_svg="reports/{scale}/linear_duality/gap_against_iteration_synthetic.svg",
        optimum_against_gamma_svg="reports/{scale}/linear_duality/optimum_against_gamma.svg",
        optima_svg="reports/{scale}/linear_duality/optima.svg",
        weight_decay_svg="reports/{scale}/linear_duality/weight_decay.svg",
        optima_table="reports/{scale}/linear_duality/optima.csv",
    params:
        settings=settings("linear_duality"),
    log:
        "logs/{scale}/linear_duality/figures.log",
    benchmark:
        "benchmarks/{scale}/linear_duality/figures.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/linear_duality/figures.py"
