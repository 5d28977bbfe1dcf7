# What the report shows and the manifest fixes beside the figures.
LEDGER_TABLES = [f"reports/{{scale}}/{name}.csv" for name in ("ledger", "coverage", "errors_of_the_survey")]


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


use rule job as coverage with:
    message:
        "Coverage: every sentence of the sources with the verdicts on its claims"
    input:
        documents="workflow/sources/documents.yaml",
        sentences=sorted(map(str, Path("workflow/sources/sentences").glob("*.yaml"))),
        survey_errors="workflow/sources/errors_of_the_survey.yaml",
        ledger="reports/{scale}/ledger.csv",
        code=code_of("scripts/build/coverage.py"),
    output:
        coverage="reports/{scale}/coverage.csv",
        errors="reports/{scale}/errors_of_the_survey.csv",
    pathvars:
        job="coverage",
    resources:
        mem_mb=500,
        runtime=5,
