experiment("landscapes", figures=["architecture", "surfaces", "contours", "controls", "measures", "curvature"])


# The entry of `rows` that a job's wildcard names, and one table for each of them.
LANDSCAPE_ROW = lambda wildcards: next(
    row for row in SETTINGS["landscapes"][wildcards.scale]["rows"] if row["name"] == wildcards.row
)
LANDSCAPE_TABLES = lambda table: lambda wildcards: [
    f"results/{wildcards.scale}/landscapes/{row['name']}_{table}.parquet"
    for row in SETTINGS["landscapes"][wildcards.scale]["rows"]
]


rule landscapes_measure:
    message:
        "Landscapes of multi-branch networks: train, draw planes, measure convexity ({wildcards.row})"
    input:
        data=lambda wildcards: f"data/prepared/{LANDSCAPE_ROW(wildcards)['dataset']}.npz",
        code=code_of("scripts/landscapes/measure.py"),
    output:
        surfaces="results/{scale}/landscapes/{row}_surfaces.parquet",
        measures="results/{scale}/landscapes/{row}_measures.parquet",
        hessian="results/{scale}/landscapes/{row}_hessian.parquet",
    params:
        settings=settings("landscapes"),
        seed=config["seed"],
        device=config["device"],
    log:
        "logs/{scale}/landscapes/{row}.log",
    benchmark:
        "benchmarks/{scale}/landscapes/{row}.tsv"
    wildcard_constraints:
        row="[a-z0-9_]+",
    threads: 1
    resources:
        mem_mb=lambda wildcards: 8000 if wildcards.scale == "paper" else 2000,
        runtime=lambda wildcards: 2880 if wildcards.scale == "paper" else 30,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/landscapes/measure.py"


rule landscapes_metrics:
    message:
        "Landscapes of multi-branch networks: the numbers that the claims read"
    input:
        measures=LANDSCAPE_TABLES("measures"),
        hessian=LANDSCAPE_TABLES("hessian"),
        code=code_of("scripts/landscapes/metrics.py"),
    output:
        metrics="results/{scale}/landscapes/metrics.csv",
    params:
        settings=settings("landscapes"),
    log:
        "logs/{scale}/landscapes/metrics.log",
    benchmark:
        "benchmarks/{scale}/landscapes/metrics.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/landscapes/metrics.py"


rule landscapes_figures:
    message:
        "Landscapes of multi-branch networks: figures"
    input:
        surfaces=LANDSCAPE_TABLES("surfaces"),
        measures=LANDSCAPE_TABLES("measures"),
        hessian=LANDSCAPE_TABLES("hessian"),
        code=code_of("scripts/landscapes/figures.py"),
    output:
        architecture_png=report(
            "reports/{scale}/landscapes/architecture.png",
            caption="captions/architecture.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Multi-branch architecture (survey Figure 1)"},
        ),
        architecture_svg="reports/{scale}/landscapes/architecture.svg",
        surfaces_png=report(
            "reports/{scale}/landscapes/surfaces.png",
            caption="captions/surfaces.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Surfaces (survey Figure 2)"},
        ),
        surfaces_svg="reports/{scale}/landscapes/surfaces.svg",
        contours_png=report(
            "reports/{scale}/landscapes/contours.png",
            caption="captions/contours.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Contours of the same surfaces"},
        ),
        contours_svg="reports/{scale}/landscapes/contours.svg",
        controls_png=report(
            "reports/{scale}/landscapes/controls.png",
            caption="captions/controls.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Controls"},
        ),
        controls_svg="reports/{scale}/landscapes/controls.svg",
        measures_png=report(
            "reports/{scale}/landscapes/measures.png",
            caption="captions/measures.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Non-convexity against I"},
        ),
        measures_svg="reports/{scale}/landscapes/measures.svg",
        curvature_png=report(
            "reports/{scale}/landscapes/curvature.png",
            caption="captions/curvature.rst",
            category="Landscapes of multi-branch networks",
            labels={"figure": "Hessian against I"},
        ),
        curvature_svg="reports/{scale}/landscapes/curvature.svg",
    params:
        settings=settings("landscapes"),
    log:
        "logs/{scale}/landscapes/figures.log",
    benchmark:
        "benchmarks/{scale}/landscapes/figures.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../../../envs/environment.yaml"
    script:
        "../../../scripts/landscapes/figures.py"
