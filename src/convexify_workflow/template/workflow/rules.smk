experiment("__id__", figures=["measurement"])


rule __id___measure:
    message:
        "__title__: one row per observation"
    input:
        code=code_of("scripts/__id__/measure.py"),
    output:
        table="results/{scale}/__id__/measurements.parquet",
    params:
        settings=settings("__id__"),
        seed=config["seed"],
    log:
        "logs/{scale}/__id__/measure.log",
    benchmark:
        "benchmarks/{scale}/__id__/measure.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/__id__/measure.py"


rule __id___metrics:
    message:
        "__title__: the numbers that the claims read"
    input:
        table="results/{scale}/__id__/measurements.parquet",
        code=code_of("scripts/__id__/metrics.py"),
    output:
        metrics="results/{scale}/__id__/metrics.csv",
    log:
        "logs/{scale}/__id__/metrics.log",
    benchmark:
        "benchmarks/{scale}/__id__/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/__id__/metrics.py"


rule __id___figure:
    message:
        "__title__: figure"
    input:
        table="results/{scale}/__id__/measurements.parquet",
        code=code_of("scripts/__id__/figure.py"),
    output:
        png=report(
            "reports/{scale}/__id__/measurement.png",
            caption="captions/measurement.rst",
            category="__title__",
            labels={"figure": "Measured against predicted"},
        ),
        svg="reports/{scale}/__id__/measurement.svg",
    params:
        settings=settings("__id__"),
    log:
        "logs/{scale}/__id__/measurement.log",
    benchmark:
        "benchmarks/{scale}/__id__/measurement.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/__id__/figure.py"
