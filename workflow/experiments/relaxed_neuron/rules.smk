experiment(
    "relaxed_neuron",
    figures=[
        "fig3_replica",
        "where_each_wins",
        "noise_free",
        "counterexample",
        "planted_neurons",
        "efficiency",
        "real_labels",
    ],
)


rule relaxed_neuron_descent:
    message:
        "Relaxed neuron: vanilla and relaxed gradient descent, along the iterations and over the map"
    input:
        code=code_of("scripts/relaxed_neuron/descent.py"),
    output:
        trajectories="results/{scale}/relaxed_neuron/trajectories.parquet",
        map="results/{scale}/relaxed_neuron/map.parquet",
    params:
        settings=settings("relaxed_neuron"),
        seed=config["seed"],
    log:
        "logs/{scale}/relaxed_neuron/descent.log",
    benchmark:
        "benchmarks/{scale}/relaxed_neuron/descent.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/relaxed_neuron/descent.py"


rule relaxed_neuron_theorem:
    message:
        "Relaxed neuron: theorem, counterexamples, equations, efficiency under noise"
    input:
        data=prepared("relaxed_neuron"),
        code=code_of("scripts/relaxed_neuron/theorem.py"),
    output:
        curves="results/{scale}/relaxed_neuron/curves.parquet",
        theorem="results/{scale}/relaxed_neuron/theorem.parquet",
        convexity="results/{scale}/relaxed_neuron/convexity.parquet",
        equations="results/{scale}/relaxed_neuron/equations.parquet",
        efficiency="results/{scale}/relaxed_neuron/efficiency.parquet",
    params:
        settings=settings("relaxed_neuron"),
        seed=config["seed"],
    log:
        "logs/{scale}/relaxed_neuron/theorem.log",
    benchmark:
        "benchmarks/{scale}/relaxed_neuron/theorem.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/relaxed_neuron/theorem.py"


rule relaxed_neuron_planted:
    message:
        "Relaxed neuron: several planted neurons"
    input:
        code=code_of("scripts/relaxed_neuron/planted.py"),
    output:
        planted="results/{scale}/relaxed_neuron/planted.parquet",
    params:
        settings=settings("relaxed_neuron"),
        seed=config["seed"],
    log:
        "logs/{scale}/relaxed_neuron/planted.log",
    benchmark:
        "benchmarks/{scale}/relaxed_neuron/planted.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/relaxed_neuron/planted.py"


rule relaxed_neuron_metrics:
    message:
        "Relaxed neuron: the numbers that the claims read"
    input:
        trajectories="results/{scale}/relaxed_neuron/trajectories.parquet",
        cells="results/{scale}/relaxed_neuron/map.parquet",
        theorem="results/{scale}/relaxed_neuron/theorem.parquet",
        convexity="results/{scale}/relaxed_neuron/convexity.parquet",
        equations="results/{scale}/relaxed_neuron/equations.parquet",
        efficiency="results/{scale}/relaxed_neuron/efficiency.parquet",
        planted="results/{scale}/relaxed_neuron/planted.parquet",
        code=code_of("scripts/relaxed_neuron/metrics.py"),
    output:
        metrics="results/{scale}/relaxed_neuron/metrics.csv",
    params:
        settings=settings("relaxed_neuron"),
    log:
        "logs/{scale}/relaxed_neuron/metrics.log",
    benchmark:
        "benchmarks/{scale}/relaxed_neuron/metrics.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/relaxed_neuron/metrics.py"


rule relaxed_neuron_figures:
    message:
        "Relaxed neuron: figures"
    input:
        trajectories="results/{scale}/relaxed_neuron/trajectories.parquet",
        cells="results/{scale}/relaxed_neuron/map.parquet",
        theorem="results/{scale}/relaxed_neuron/theorem.parquet",
        curves="results/{scale}/relaxed_neuron/curves.parquet",
        efficiency="results/{scale}/relaxed_neuron/efficiency.parquet",
        planted="results/{scale}/relaxed_neuron/planted.parquet",
        code=code_of("scripts/relaxed_neuron/figures.py"),
    output:
        fig3_replica=report(
            "reports/{scale}/relaxed_neuron/fig3_replica.png",
            caption="captions/fig3_replica.rst",
            category="Relaxed neuron",
            labels={"figure": "Figure 3: errors against iteration"},
        ),
        where_each_wins=report(
            "reports/{scale}/relaxed_neuron/where_each_wins.png",
            caption="captions/where_each_wins.rst",
            category="Relaxed neuron",
            labels={"figure": "Where each descent wins"},
        ),
        noise_free=report(
            "reports/{scale}/relaxed_neuron/noise_free.png",
            caption="captions/noise_free.rst",
            category="Relaxed neuron",
            labels={"figure": "Without noise: success and speed"},
        ),
        counterexample=report(
            "reports/{scale}/relaxed_neuron/counterexample.png",
            caption="captions/counterexample.rst",
            category="Relaxed neuron",
            labels={"figure": "Counterexamples to the theorem"},
        ),
        planted_neurons=report(
            "reports/{scale}/relaxed_neuron/planted_neurons.png",
            caption="captions/planted_neurons.rst",
            category="Relaxed neuron",
            labels={"figure": "Several planted neurons"},
        ),
        efficiency=report(
            "reports/{scale}/relaxed_neuron/efficiency.png",
            caption="captions/efficiency.rst",
            category="Relaxed neuron",
            labels={"figure": "Efficiency under noise"},
        ),
        real_labels=report(
            "reports/{scale}/relaxed_neuron/real_labels.png",
            caption="captions/real_labels.rst",
            category="Relaxed neuron",
            labels={"figure": "Real data: labels of a neuron and real labels"},
        ),
        fig3_replica_svg="reports/{scale}/relaxed_neuron/fig3_replica.svg",
        where_each_wins_svg="reports/{scale}/relaxed_neuron/where_each_wins.svg",
        noise_free_svg="reports/{scale}/relaxed_neuron/noise_free.svg",
        counterexample_svg="reports/{scale}/relaxed_neuron/counterexample.svg",
        planted_neurons_svg="reports/{scale}/relaxed_neuron/planted_neurons.svg",
        efficiency_svg="reports/{scale}/relaxed_neuron/efficiency.svg",
        real_labels_svg="reports/{scale}/relaxed_neuron/real_labels.svg",
    params:
        settings=settings("relaxed_neuron"),
    log:
        "logs/{scale}/relaxed_neuron/figures.log",
    benchmark:
        "benchmarks/{scale}/relaxed_neuron/figures.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/relaxed_neuron/figures.py"
