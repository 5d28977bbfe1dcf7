experiment(
    "convex_relu",
    figures=[
        "toy_problems",
        "sampled_patterns",
        "stationary_points",
        "sensitivity",
        "real_data",
        "convolutional_gates",
    ],
)


rule convex_relu_exact:
    message:
        "Convex ReLU networks: toy problems, sampled programs and stationary networks against all patterns"
    input:
        data=prepared("convex_relu", "exact_datasets"),
        code=code_of("scripts/convex_relu/exact.py"),
    output:
        optima="results/{scale}/convex_relu/optima.parquet",
        curves="results/{scale}/convex_relu/curves.parquet",
        counts="results/{scale}/convex_relu/counts.parquet",
        stationary="results/{scale}/convex_relu/stationary.parquet",
    params:
        settings=settings("convex_relu"),
        seed=config["seed"],
    log:
        "logs/{scale}/convex_relu/exact.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/exact.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/exact.py"


rule convex_relu_sensitivity:
    message:
        "Convex ReLU networks: seeds, batches and steps of SGD and Adam beside the convex fit"
    input:
        data=lambda wildcards: f"data/prepared/{SETTINGS['convex_relu'][wildcards.scale]['sensitivity_dataset']}.npz",
        code=code_of("scripts/convex_relu/sensitivity.py"),
    output:
        table="results/{scale}/convex_relu/sensitivity.parquet",
    params:
        settings=settings("convex_relu"),
        seed=config["seed"],
    log:
        "logs/{scale}/convex_relu/sensitivity.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/sensitivity.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/sensitivity.py"


rule convex_relu_real:
    message:
        "Convex ReLU networks: convex programs, SGD and Adam at the same β ({wildcards.dataset})"
    input:
        data="data/prepared/{dataset}.npz",
        code=code_of("scripts/convex_relu/real.py"),
    output:
        results="results/{scale}/convex_relu/real_{dataset}.parquet",
        timings="results/{scale}/convex_relu/{dataset}_timings.parquet",
    params:
        settings=settings("convex_relu"),
        seed=config["seed"],
    log:
        "logs/{scale}/convex_relu/real_{dataset}.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/real_{dataset}.tsv"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/real.py"


rule convex_relu_conv:
    message:
        "Convex ReLU networks: gates on patches, gates on whole images, SGD"
    input:
        data=lambda wildcards: f"data/prepared/{SETTINGS['convex_relu'][wildcards.scale]['conv_dataset']}.npz",
        code=code_of("scripts/convex_relu/conv.py"),
    output:
        table="results/{scale}/convex_relu/conv.parquet",
    params:
        settings=settings("convex_relu"),
        seed=config["seed"],
    log:
        "logs/{scale}/convex_relu/conv.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/conv.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/conv.py"


rule convex_relu_metrics:
    message:
        "Convex ReLU networks: the numbers that the claims read"
    input:
        optima="results/{scale}/convex_relu/optima.parquet",
        curves="results/{scale}/convex_relu/curves.parquet",
        counts="results/{scale}/convex_relu/counts.parquet",
        stationary="results/{scale}/convex_relu/stationary.parquet",
        sensitivity="results/{scale}/convex_relu/sensitivity.parquet",
        conv="results/{scale}/convex_relu/conv.parquet",
        real=lambda wildcards: expand(
            "results/{scale}/convex_relu/real_{dataset}.parquet",
            scale=wildcards.scale,
            dataset=SETTINGS["convex_relu"][wildcards.scale]["datasets"],
        ),
        # not read: so that every build has the table
        timings="results/{scale}/convex_relu/timings.csv",
        code=code_of("scripts/convex_relu/metrics.py"),
    output:
        metrics="results/{scale}/convex_relu/metrics.csv",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/metrics.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/metrics.py"


rule convex_relu_timings:
    message:
        "Convex ReLU networks: runtimes of all fits, never compared"
    input:
        timings=lambda wildcards: expand(
            "results/{scale}/convex_relu/{dataset}_timings.parquet",
            scale=wildcards.scale,
            dataset=SETTINGS["convex_relu"][wildcards.scale]["datasets"],
        ),
        code=code_of("scripts/convex_relu/timings.py"),
    output:
        table=report(
            "results/{scale}/convex_relu/timings.csv",
            caption="captions/timings.rst",
            category="Convex ReLU networks",
            labels={"figure": "Runtimes on real data (table)"},
        ),
    log:
        "logs/{scale}/convex_relu/timings.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/timings.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/timings.py"


rule convex_relu_figure_toy_problems:
    message:
        "Convex ReLU networks: figure, toy problems: descent beside the certified optimum"
    input:
        optima="results/{scale}/convex_relu/optima.parquet",
        curves="results/{scale}/convex_relu/curves.parquet",
        code=code_of("scripts/convex_relu/figure_toy_problems.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/toy_problems.png",
            caption="captions/toy_problems.rst",
            category="Convex ReLU networks",
            labels={"figure": "Toy problems: descent beside the certified optimum"},
        ),
        svg="reports/{scale}/convex_relu/toy_problems.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_toy_problems.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_toy_problems.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_toy_problems.py"


rule convex_relu_figure_sampled_patterns:
    message:
        "Convex ReLU networks: figure, objective against the number of gates"
    input:
        counts="results/{scale}/convex_relu/counts.parquet",
        code=code_of("scripts/convex_relu/figure_sampled_patterns.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/sampled_patterns.png",
            caption="captions/sampled_patterns.rst",
            category="Convex ReLU networks",
            labels={"figure": "Objective against the number of gates"},
        ),
        svg="reports/{scale}/convex_relu/sampled_patterns.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_sampled_patterns.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_sampled_patterns.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_sampled_patterns.py"


rule convex_relu_figure_stationary_points:
    message:
        "Convex ReLU networks: figure, stationary networks on their own sign patterns"
    input:
        stationary="results/{scale}/convex_relu/stationary.parquet",
        code=code_of("scripts/convex_relu/figure_stationary_points.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/stationary_points.png",
            caption="captions/stationary_points.rst",
            category="Convex ReLU networks",
            labels={"figure": "Stationary networks on their own sign patterns"},
        ),
        svg="reports/{scale}/convex_relu/stationary_points.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_stationary_points.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_stationary_points.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_stationary_points.py"


rule convex_relu_figure_sensitivity:
    message:
        "Convex ReLU networks: figure, what seed, batch and step change"
    input:
        sensitivity="results/{scale}/convex_relu/sensitivity.parquet",
        code=code_of("scripts/convex_relu/figure_sensitivity.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/sensitivity.png",
            caption="captions/sensitivity.rst",
            category="Convex ReLU networks",
            labels={"figure": "What seed, batch and step change"},
        ),
        svg="reports/{scale}/convex_relu/sensitivity.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_sensitivity.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_sensitivity.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_sensitivity.py"


rule convex_relu_figure_real_data:
    message:
        "Convex ReLU networks: figure, real data: objective, accuracy, gap"
    input:
        real=lambda wildcards: expand(
            "results/{scale}/convex_relu/real_{dataset}.parquet",
            scale=wildcards.scale,
            dataset=SETTINGS["convex_relu"][wildcards.scale]["datasets"],
        ),
        code=code_of("scripts/convex_relu/figure_real_data.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/real_data.png",
            caption="captions/real_data.rst",
            category="Convex ReLU networks",
            labels={"figure": "Real data: objective, accuracy, gap"},
        ),
        svg="reports/{scale}/convex_relu/real_data.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_real_data.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_real_data.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_real_data.py"


rule convex_relu_figure_convolutional_gates:
    message:
        "Convex ReLU networks: figure, gates on patches and on whole images"
    input:
        conv="results/{scale}/convex_relu/conv.parquet",
        code=code_of("scripts/convex_relu/figure_convolutional_gates.py"),
    output:
        png=report(
            "reports/{scale}/convex_relu/convolutional_gates.png",
            caption="captions/convolutional_gates.rst",
            category="Convex ReLU networks",
            labels={"figure": "Gates on patches and on whole images"},
        ),
        svg="reports/{scale}/convex_relu/convolutional_gates.svg",
    params:
        settings=settings("convex_relu"),
    log:
        "logs/{scale}/convex_relu/figure_convolutional_gates.log",
    benchmark:
        "benchmarks/{scale}/convex_relu/figure_convolutional_gates.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/convex_relu/figure_convolutional_gates.py"
