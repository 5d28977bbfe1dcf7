experiment("${id}", figures=["measurement"])


rule ${id}_measure:
    message:
        "${title}: one row per observation"
    input:
        code=code_of("scripts/${id}/measure.py"),
    output:
        table="results/{scale}/${id}/measurements.parquet",
    params:
        settings=settings("${id}"),
        seed=config["seed"],
    log:
        "logs/{scale}/${id}/measure.log",
    benchmark:
        "benchmarks/{scale}/${id}/measure.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/${id}/measure.py"


rule ${id}_metrics:
    message:
        "${title}: the numbers that the claims read"
    input:
        table="results/{scale}/${id}/measurements.parquet",
        code=code_of("scripts/${id}/metrics.py"),
    output:
        metrics="results/{scale}/${id}/metrics.csv",
    log:
        "logs/{scale}/${id}/metrics.log",
    benchmark:
        "benchmarks/{scale}/${id}/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/${id}/metrics.py"


rule ${id}_figure:
    message:
        "${title}: figure"
    input:
        table="results/{scale}/${id}/measurements.parquet",
        code=code_of("scripts/${id}/figure.py"),
    output:
        png=report(
            "reports/{scale}/${id}/measurement.png",
            caption="captions/measurement.rst",
            category="${title}",
            labels={"figure": "Measured against predicted"},
        ),
        svg="reports/{scale}/${id}/measurement.svg",
    params:
        settings=settings("${id}"),
    log:
        "logs/{scale}/${id}/measurement.log",
    benchmark:
        "benchmarks/{scale}/${id}/measurement.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/${id}/figure.py"
