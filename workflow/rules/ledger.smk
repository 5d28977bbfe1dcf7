rule ledger:
    message:
        "Ledger: claims of the sources set against the measured numbers"
    input:
        claims=[f"workflow/experiments/{name}/claims.yaml" for name in EXPERIMENTS],
        metrics=[f"results/{{scale}}/{name}/metrics.csv" for name in EXPERIMENTS],
        code=code_of("scripts/build/ledger.py"),
    output:
        table="reports/{scale}/ledger.csv",
    params:
        experiments=EXPERIMENTS,
    log:
        "logs/{scale}/ledger.log",
    benchmark:
        "benchmarks/{scale}/ledger.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../envs/environment.yaml"
    script:
        "../../scripts/build/ledger.py"
