# Every compute job, the metrics and every figure of an experiment: one named rule each, from what its rules.smk declares.
for study in DECLARED.values():

    for task in study.jobs.values():

        rule:
            name:
                f"{study.name}_compute_{task.name}"
            message:
                f"{study.title}: {task.message}{task.label}"
            input:
                **study.data_of(task),
                **study.inputs(task.reads),
                code=code_of(f"scripts/{study.name}/compute_{task.name}.py"),
            output:
                **study.outputs(task),
            params:
                **task.params,
                **study.share_param(task),
                **study.gathered(task.reads),
                script=lambda wildcards, input: input.code[0],
                seed=config["seed"],
                device=config["device"],
                settings=settings(study.name, *task.sections),
            log:
                f"logs/{{scale}}/{study.name}/{task.log_name}.log",
            benchmark:
                f"benchmarks/{{scale}}/{study.name}/{task.log_name}.tsv"
            wildcard_constraints:
                **task.constraints,
            threads: task.resource("threads")
            resources:
                mem_mb=growing(task.resource("mem_mb")),
                runtime=growing(task.resource("runtime")),
            conda:
                "../../envs/environment.yaml"
            script:
                "../../{params.script}"

    rule:
        name:
            f"{study.name}_metrics"
        message:
            f"{study.title}: the numbers that the claims read"
        input:
            **study.inputs(study.metrics),
            code=code_of(f"scripts/{study.name}/metrics.py"),
        output:
            metrics=f"results/{{scale}}/{study.name}/metrics.csv",
        params:
            **study.gathered(study.metrics),
            script=lambda wildcards, input: input.code[0],
            settings=settings(study.name, *study.metrics.sections),
        log:
            f"logs/{{scale}}/{study.name}/metrics.log",
        benchmark:
            f"benchmarks/{{scale}}/{study.name}/metrics.tsv"
        threads: 1
        resources:
            mem_mb=growing(500),
            runtime=growing(5),
        conda:
            "../../envs/environment.yaml"
        script:
            "../../{params.script}"

    for drawing in study.figures.values():

        rule:
            name:
                f"{study.name}_figure_{drawing.name}"
            message:
                f"{study.title}: figure, {drawing.label.replace('{', '{wildcards.')}"
            input:
                **study.inputs(drawing.reads),
                code=code_of(f"scripts/{study.name}/figure_{drawing.name}.py"),
            output:
                png=report(
                    f"reports/{{scale}}/{study.name}/{drawing.file}.png",
                    caption=f"../experiments/{study.name}/captions/{drawing.name}.rst",
                    category=study.title,
                    labels={"figure": drawing.label},
                ),
                svg=f"reports/{{scale}}/{study.name}/{drawing.file}.svg",
            params:
                **study.gathered(drawing.reads),
                script=lambda wildcards, input: input.code[0],
                settings=settings(study.name, *drawing.reads.sections),
            log:
                f"logs/{{scale}}/{study.name}/figure_{drawing.file}.log",
            benchmark:
                f"benchmarks/{{scale}}/{study.name}/figure_{drawing.file}.tsv"
            threads: 1
            resources:
                mem_mb=growing(1000),
                runtime=growing(5),
            conda:
                "../../envs/environment.yaml"
            script:
                "../../{params.script}"
