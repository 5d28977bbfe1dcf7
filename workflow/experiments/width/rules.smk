experiment("width", figures=["gram", "weights", "rate", "shallow", "depth_limits", "depth_width", "equations"])


rule width_training:
    message:
        "Width: deep networks of growing width, Gram matrices and gradient descent"
    input:
        data=prepared("width"),
        code=code_of("scripts/width/training.py"),
    output:
        initial="results/{scale}/width/initial.parquet",
        records="results/{scale}/width/records.parquet",
        losses="results/{scale}/width/losses.parquet",
    params:
        settings=settings("width"),
        seed=config["seed"],
    log:
        "logs/{scale}/width/training.log",
    benchmark:
        "benchmarks/{scale}/width/training.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/width/training.py"


rule width_depth:
    message:
        "Width: limits, conditioning and the width needed against depth"
    input:
        code=code_of("scripts/width/depth.py"),
    output:
        limits="results/{scale}/width/limits.parquet",
        stability="results/{scale}/width/stability.parquet",
        target="results/{scale}/width/target.parquet",
        needed="results/{scale}/width/needed.parquet",
        degeneracy="results/{scale}/width/degeneracy.parquet",
        defects="results/{scale}/width/defects.parquet",
    params:
        settings=settings("width"),
        seed=config["seed"],
    log:
        "logs/{scale}/width/depth.log",
    benchmark:
        "benchmarks/{scale}/width/depth.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/width/depth.py"


rule width_shallow:
    message:
        "Width: the shallow ReLU experiment of Du, Zhai, Poczos and Singh (2019)"
    input:
        code=code_of("scripts/width/shallow.py"),
    output:
        shallow="results/{scale}/width/shallow.parquet",
    params:
        settings=settings("width"),
        seed=config["seed"],
        device=config["device"],
    log:
        "logs/{scale}/width/shallow.log",
    benchmark:
        "benchmarks/{scale}/width/shallow.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/width/shallow.py"


rule width_metrics:
    message:
        "Width: the numbers that the claims read"
    input:
        initial="results/{scale}/width/initial.parquet",
        records="results/{scale}/width/records.parquet",
        losses="results/{scale}/width/losses.parquet",
        limits="results/{scale}/width/limits.parquet",
        stability="results/{scale}/width/stability.parquet",
        needed="results/{scale}/width/needed.parquet",
        degeneracy="results/{scale}/width/degeneracy.parquet",
        defects="results/{scale}/width/defects.parquet",
        shallow="results/{scale}/width/shallow.parquet",
        code=code_of("scripts/width/metrics.py"),
    output:
        metrics="results/{scale}/width/metrics.csv",
    params:
        settings=settings("width"),
    log:
        "logs/{scale}/width/metrics.log",
    benchmark:
        "benchmarks/{scale}/width/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/width/metrics.py"


rule width_figures:
    message:
        "Width: figures"
    input:
        initial="results/{scale}/width/initial.parquet",
        records="results/{scale}/width/records.parquet",
        losses="results/{scale}/width/losses.parquet",
        limits="results/{scale}/width/limits.parquet",
        needed="results/{scale}/width/needed.parquet",
        degeneracy="results/{scale}/width/degeneracy.parquet",
        defects="results/{scale}/width/defects.parquet",
        shallow="results/{scale}/width/shallow.parquet",
        code=code_of("scripts/width/figures.py"),
    output:
        gram_png=report(
            "reports/{scale}/width/gram.png",
            caption="captions/gram.rst",
            category="Width",
            labels={"figure": "Gram matrices against width"},
        ),
        gram_svg="reports/{scale}/width/gram.svg",
        weights_png=report(
            "reports/{scale}/width/weights.png",
            caption="captions/weights.rst",
            category="Width",
            labels={"figure": "Movement of the weights"},
        ),
        weights_svg="reports/{scale}/width/weights.svg",
        rate_png=report(
            "reports/{scale}/width/rate.png",
            caption="captions/rate.rst",
            category="Width",
            labels={"figure": "Training error and its bound"},
        ),
        rate_svg="reports/{scale}/width/rate.svg",
        shallow_png=report(
            "reports/{scale}/width/shallow.png",
            caption="captions/shallow.rst",
            category="Width",
            labels={"figure": "Shallow ReLU network against the reported values"},
        ),
        shallow_svg="reports/{scale}/width/shallow.svg",
        depth_limits_png=report(
            "reports/{scale}/width/depth_limits.png",
            caption="captions/depth_limits.rst",
            category="Width",
            labels={"figure": "Wide limits against depth"},
        ),
        depth_limits_svg="reports/{scale}/width/depth_limits.svg",
        depth_width_png=report(
            "reports/{scale}/width/depth_width.png",
            caption="captions/depth_width.rst",
            category="Width",
            labels={"figure": "Width needed against depth"},
        ),
        depth_width_svg="reports/{scale}/width/depth_width.svg",
        equations_png=report(
            "reports/{scale}/width/equations.png",
            caption="captions/equations.rst",
            category="Width",
            labels={"figure": "Equations (10) and (11), layers, degenerate data"},
        ),
        equations_svg="reports/{scale}/width/equations.svg",
    params:
        settings=settings("width"),
    log:
        "logs/{scale}/width/figures.log",
    benchmark:
        "benchmarks/{scale}/width/figures.tsv"
    threads: 1
    resources:
        mem_mb=800,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/width/figures.py"
