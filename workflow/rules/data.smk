# One data set at a time, and only those that a selected experiment names.
# The raw files are no outputs: Snakemake deletes outputs before a job, and a file placed by hand must survive.
# The registry is no input either: a job depends on its own entry, so that another entry's edit does not repeat it.
rule prepare_data:
    message:
        "Data set {wildcards.dataset}: fetch what is missing, check, split"
    input:
        code=code_of("scripts/data/prepare.py"),
    output:
        "data/prepared/{dataset}.npz",
    params:
        entry=registry_entry,
        raw="data/raw",
    log:
        "logs/data/{dataset}.log",
    benchmark:
        "benchmarks/data/{dataset}.tsv"
    retries: 0
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    conda:
        "../../envs/environment.yaml"
    script:
        "../../scripts/data/prepare.py"
