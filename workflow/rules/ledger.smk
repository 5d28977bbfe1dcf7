use rule job as ledger with:
    message:
        "Ledger: claims of the sources set against the measured numbers"
    input:
        claims=[f"workflow/experiments/{name}/claims.yaml" for name in EXPERIMENTS],
        metrics=lambda wildcards: built(lambda study: [study.metrics_path(wildcards.scale)]),
        code=code_of("scripts/build/ledger.py"),
    output:
        table="reports/{scale}/ledger.csv",
    params:
        metrics_files=lambda wildcards, input: list(input.metrics),
        experiments=EXPERIMENTS,
    pathvars:
        job="ledger",
    resources:
        mem_mb=500,
        runtime=5,
