localrules:
    verify,


rule verify:
    # No output and no benchmark file: it runs whenever it is asked for, and fails when a metric misses its expectation.
    message:
        "Verify: every metric against reports/expected/{params.scale}"
    input:
        metrics=built(lambda study: [study.metrics_path(config["scale"])]),
        ledger=f"reports/{config['scale']}/ledger.csv",
        manifest=f"reports/{config['scale']}/manifest.json",
        code=code_of("scripts/build/verify.py"),
    params:
        scale=config["scale"],
        experiments=EXPERIMENTS,
        python=sys.executable,
    log:
        f"logs/{config['scale']}/verify.log",
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../envs/environment.yaml"
    shell:
        "{params.python} scripts/build/verify.py --scale {params.scale} {params.experiments} 2>&1 | tee {log}"
