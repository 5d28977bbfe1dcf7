# What the jobs that belong to no experiment share. `use rule job as <name> with:` adds message, input (with
# code=code_of(script)), output, parameters, and the name of the job's log: pathvars: job="<name>".
rule job:
    params:
        script=lambda wildcards, input: input.code[0],
        seed=config["seed"],
        device=config["device"],
    log:
        "logs/{scale}/<job>.log",
    benchmark:
        "benchmarks/{scale}/<job>.tsv"
    pathvars:
        job="job",
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    conda:
        f"{ROOT}/envs/environment.yaml"
    script:
        f"{ROOT}/{{params.script}}"
