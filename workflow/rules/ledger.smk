rule ledger:
    input:
        claims=[f"workflow/experiments/{name}/claims.yaml" for name in EXPERIMENTS],
        metrics=[f"results/{{scale}}/{name}/metrics.csv" for name in EXPERIMENTS],
        code=code_of("scripts/build/ledger.py"),
    output:
        table="reports/{scale}/ledger.csv",
    log:
        "logs/{scale}/ledger.log",
    benchmark:
        "benchmarks/{scale}/ledger.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        experiments=EXPERIMENTS,
    message:
        "Ledger: claims of the sources set against the measured numbers"
    script:
        "../../scripts/build/ledger.py"
