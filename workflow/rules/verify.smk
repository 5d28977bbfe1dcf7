localrules:
    verify,


# Committed proofs are checked against the data they are about if asked for: --config proofs=true.
PROOF_FILES = sorted(map(str, PROOFS.glob("*.npz"))) if config["proofs"] else []


rule verify:
    # No output and no benchmark file: it runs whenever it is asked for, and fails when a metric misses its expectation.
    message:
        "Verify: every metric against reports/expected/{params.scale}"
    input:
        metrics=built(lambda study: [study.metrics_path(config["scale"])]),
        ledger=f"reports/{config['scale']}/ledger.csv",
        manifest=f"reports/{config['scale']}/manifest.json",
        proofs=PROOF_FILES,
        data=sorted({f"data/prepared/{dataset_of(file)}.npz" for file in PROOF_FILES}),
        code=code_of("scripts/build/verify.py"),
    params:
        scale=config["scale"],
        experiments=EXPERIMENTS,
        proofs="--proofs" if config["proofs"] else "",
        python=sys.executable,
    log:
        f"logs/{config['scale']}/verify.log",
    threads: 1
    resources:
        mem_mb=3000 if config["proofs"] else 500,
        runtime=15,
    conda:
        "../../envs/environment.yaml"
    shell:
        "{params.python} scripts/build/verify.py --scale {params.scale} {params.experiments} {params.proofs} 2>&1 | tee {log}"
