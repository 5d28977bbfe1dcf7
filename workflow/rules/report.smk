localrules:
    front_page,
    manifest,
    build_report,


rule results:
    # What the report shows: every figure and the tables of the ledger. The report itself is made by a second, reading Snakemake.
    input:
        built(lambda study: study.figure_paths(config["scale"])),
        [table.format(scale=config["scale"]) for table in LEDGER_TABLES],
        f"reports/{config['scale']}/manifest.json",
        f"reports/{config['scale']}/front_page.rst",


use rule job as manifest with:
    message:
        "Manifest: what was built, from which commit, settings and seeds, with which libraries"
    input:
        outputs=lambda wildcards: built(
            lambda study: [*study.figure_paths(wildcards.scale), study.metrics_path(wildcards.scale)]
        ),
        tables=LEDGER_TABLES,
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
        paths=lambda wildcards, input: [*input.outputs, *input.tables],
        lock_file=lambda wildcards, input: input.lock,
        config=dict(config),
        experiments={name: SETTINGS[name][config["scale"]] for name in EXPERIMENTS},
    pathvars:
        job="manifest",
    resources:
        mem_mb=500,
        runtime=5,


use rule job as front_page with:
    message:
        "First page of the report: the ledger, the coverage of the sources, the settings"
    input:
        ledger="reports/{scale}/ledger.csv",
        coverage="reports/{scale}/coverage.csv",
        errors="reports/{scale}/errors_of_the_survey.csv",
        manifest="reports/{scale}/manifest.json",
        schemas=[f"workflow/experiments/{name}/schema.yaml" for name in EXPERIMENTS],
        code=code_of("scripts/build/front_page.py"),
    output:
        page="reports/{scale}/front_page.rst",
    params:
        experiments=EXPERIMENTS,
    pathvars:
        job="front_page",
    resources:
        mem_mb=500,
        runtime=5,


rule build_report:
    message:
        "Report: reports/{wildcards.scale}/report.html"
    input:
        lambda wildcards: built(lambda study: study.figure_paths(wildcards.scale)),
        LEDGER_TABLES,
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
            if key != "settings"  # whose numbers would arrive as text: they come in a file
        ),
        config_files=f"--configfile {files} " if (files := " ".join(map(str, workflow.overwrite_configfiles))) else "",
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
        "{params.config_files}--config {params.config} > {log} 2>&1"
