# What every job shares. `use rule job as <id>_<script> with:` adds message, input (with code=code_of(script)), output,
# settings, and the name of the job's log: pathvars: job="<id>/<script>".
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
