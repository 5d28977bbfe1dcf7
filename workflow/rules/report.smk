localrules:
    front_page,
    manifest,
    build_report,


rule results:
    # What the report shows: every figure and the ledger. The report itself is made by a second, reading Snakemake.
    input:
        lambda wildcards: [figure for name in EXPERIMENTS for figure in figures_of(name, config["scale"])],
        f"reports/{config['scale']}/ledger.csv",
        f"reports/{config['scale']}/manifest.json",
        f"reports/{config['scale']}/front_page.rst",


rule manifest:
    message:
        "Manifest: what was built, from which commit, settings and seeds, with which libraries"
    input:
        outputs=lambda wildcards: [
            path
            for name in EXPERIMENTS
            for path in [
                *figures_of(name, wildcards.scale),
                metrics_of(name, wildcards.scale),
            ]
        ],
        ledger="reports/{scale}/ledger.csv",
        lock="envs/requirements.lock",
        code=code_of("scripts/build/manifest.py"),
    output:
        manifest=report(
            "reports/{scale}/manifest.json",
            caption="../report/manifest.rst",
            category="Build",
            labels={"content": "Manifest of this build"},
        ),
    params:
        config=dict(config),
        experiments={name: SETTINGS[name][config["scale"]] for name in EXPERIMENTS},
    log:
        "logs/{scale}/manifest.log",
    benchmark:
        "benchmarks/{scale}/manifest.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../envs/environment.yaml"
    script:
        "../../scripts/build/manifest.py"


rule front_page:
    message:
        "First page of the report: the ledger as a table, the settings"
    input:
        ledger="reports/{scale}/ledger.csv",
        manifest="reports/{scale}/manifest.json",
        schemas=[f"workflow/experiments/{name}/schema.yaml" for name in EXPERIMENTS],
        code=code_of("scripts/build/front_page.py"),
    output:
        page="reports/{scale}/front_page.rst",
    log:
        "logs/{scale}/front_page.log",
    benchmark:
        "benchmarks/{scale}/front_page.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../envs/environment.yaml"
    script:
        "../../scripts/build/front_page.py"


rule build_report:
    message:
        "Report: reports/{wildcards.scale}/report.html"
    input:
        lambda wildcards: [figure for name in EXPERIMENTS for figure in figures_of(name, wildcards.scale)],
        "reports/{scale}/ledger.csv",
        "reports/{scale}/manifest.json",
        "reports/{scale}/front_page.rst",
        captions=[str(caption) for name in EXPERIMENTS for caption in sorted(FOLDERS[name].glob("captions/*.rst"))],
        stylesheet="workflow/report/style.css",
    output:
        "reports/{scale}/report.html",
    params:
        config=lambda wildcards: " ".join(
            f"{key}='{json.dumps(value) if not isinstance(value, str) else value}'"
            for key, value in {**config, "scale": wildcards.scale}.items()
        ),
        python=sys.executable,
    log:
        "logs/{scale}/report.log",
    benchmark:
        "benchmarks/{scale}/report.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/environment.yaml"
    shell:
        "{params.python} -m snakemake results --nolock --cores 1 --report {output} --report-stylesheet {input.stylesheet} "
        "--config {params.config} > {log} 2>&1"
