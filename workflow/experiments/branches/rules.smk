experiment(
    "branches",
    figures=["gap_against_branches", "gap_over_bound", "three_values", "success_frequency"],
)


rule branches_gaps:
    message:
        "Parallel branches: exact duality gaps by integer and linear programs"
    input:
        data=prepared("branches"),
        code=code_of("scripts/branches/gaps.py"),
    output:
        gaps="results/{scale}/branches/gaps.parquet",
        identities="results/{scale}/branches/identities.parquet",
    params:
        settings=settings("branches"),
        seed=config["seed"],
    log:
        "logs/{scale}/branches/gaps.log",
    benchmark:
        "benchmarks/{scale}/branches/gaps.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/branches/gaps.py"


rule branches_frequency:
    message:
        "Parallel branches: gradient descent from random starts against the certified optimum"
    input:
        data=prepared("branches"),
        code=code_of("scripts/branches/frequency.py"),
    output:
        table="results/{scale}/branches/frequencies.parquet",
    params:
        settings=settings("branches"),
        seed=config["seed"],
        device=config["device"],
    log:
        "logs/{scale}/branches/frequency.log",
    benchmark:
        "benchmarks/{scale}/branches/frequency.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/branches/frequency.py"


rule branches_metrics:
    message:
        "Parallel branches: the numbers that the claims read"
    input:
        gaps="results/{scale}/branches/gaps.parquet",
        identities="results/{scale}/branches/identities.parquet",
        frequencies="results/{scale}/branches/frequencies.parquet",
        code=code_of("scripts/branches/metrics.py"),
    output:
        metrics="results/{scale}/branches/metrics.csv",
    log:
        "logs/{scale}/branches/metrics.log",
    benchmark:
        "benchmarks/{scale}/branches/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/branches/metrics.py"


rule branches_figures:
    message:
        "Parallel branches: figures"
    input:
        gaps="results/{scale}/branches/gaps.parquet",
        frequencies="results/{scale}/branches/frequencies.parquet",
        code=code_of("scripts/branches/figures.py"),
    output:
        gap_against_branches=report(
            "reports/{scale}/branches/gap_against_branches.png",
            caption="captions/gap_against_branches.rst",
            category="Parallel branches",
            labels={"figure": "Duality gap against the number of branches"},
        ),
        gap_over_bound=report(
            "reports/{scale}/branches/gap_over_bound.png",
            caption="captions/gap_over_bound.rst",
            category="Parallel branches",
            labels={"figure": "How much of the bound is used"},
        ),
        three_values=report(
            "reports/{scale}/branches/three_values.png",
            caption="captions/three_values.rst",
            category="Parallel branches",
            labels={"figure": "Relaxation, dual and optimum"},
        ),
        success_frequency=report(
            "reports/{scale}/branches/success_frequency.png",
            caption="captions/success_frequency.rst",
            category="Parallel branches",
            labels={"figure": "Gradient descent: frequency of the optimum"},
        ),
        gap_against_branches_svg="reports/{scale}/branches/gap_against_branches.svg",
        gap_over_bound_svg="reports/{scale}/branches/gap_over_bound.svg",
        three_values_svg="reports/{scale}/branches/three_values.svg",
        success_frequency_svg="reports/{scale}/branches/success_frequency.svg",
    params:
        settings=settings("branches"),
    log:
        "logs/{scale}/branches/figures.log",
    benchmark:
        "benchmarks/{scale}/branches/figures.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/branches/figures.py"
