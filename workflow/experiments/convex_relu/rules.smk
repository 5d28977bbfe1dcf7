experiment(
    "convex_relu",
    title="Convex ReLU networks",
    metrics=reads(
        *("optima", "curves", "sampled_patterns", "stationary_networks", "sensitivity", "patch_gates"),
        real=each("real_{dataset}", "real_data.datasets"),
    ),
    figures={
        "toy_problems": figure(
            "Toy problems: descent beside the certified optimum", reads("optima", "curves", settings=["toy_problems"])
        ),
        "sampled_patterns": figure(
            "Objective against the number of gates",
            reads("sampled_patterns", settings=["small_problems", "sampled_patterns"]),
        ),
        "stationary_networks": figure(
            "Stationary networks on their own sign patterns",
            reads("stationary_networks", settings=["small_problems", "stationary_networks"]),
        ),
        "sensitivity": figure(
            "What seed, batch and step change", reads("sensitivity", settings=["subsamples", "sensitivity"])
        ),
        "real_data": figure(
            "Real data: objective, accuracy, gap",
            reads(real=each("real_{dataset}", "real_data.datasets"), settings=["subsamples"]),
        ),
        "patch_gates": figure("Gates on patches and on whole images", reads("patch_gates", settings=["patch_gates"])),
    },
)


use rule job as convex_relu_compute_toy_problems with:
    message:
        "Convex ReLU networks: toy problems over all patterns, and SGD"
    input:
        code=code_of("scripts/convex_relu/compute_toy_problems.py"),
    output:
        optima="results/{scale}/convex_relu/optima.parquet",
        curves="results/{scale}/convex_relu/curves.parquet",
    params:
        settings=settings("convex_relu", "toy_problems"),
    pathvars:
        job="convex_relu/compute_toy_problems",


use rule job as convex_relu_compute_sampled_patterns with:
    message:
        "Convex ReLU networks: programs on sampled patterns against the optimum over all patterns"
    input:
        data=prepared("convex_relu", "small_problems.datasets"),
        code=code_of("scripts/convex_relu/compute_sampled_patterns.py"),
    output:
        table="results/{scale}/convex_relu/sampled_patterns.parquet",
    params:
        settings=settings("convex_relu", "binary_tasks", "small_problems", "sampled_patterns"),
    pathvars:
        job="convex_relu/compute_sampled_patterns",


use rule job as convex_relu_compute_stationary_networks with:
    message:
        "Convex ReLU networks: stationary networks against the program on their own sign patterns"
    input:
        data=prepared("convex_relu", "small_problems.datasets"),
        code=code_of("scripts/convex_relu/compute_stationary_networks.py"),
    output:
        table="results/{scale}/convex_relu/stationary_networks.parquet",
    params:
        settings=settings("convex_relu", "binary_tasks", "small_problems", "stationary_networks"),
    pathvars:
        job="convex_relu/compute_stationary_networks",


use rule job as convex_relu_compute_sensitivity with:
    message:
        "Convex ReLU networks: seeds, batches and steps of SGD and Adam beside the convex fit"
    input:
        data=prepared("convex_relu", "sensitivity.dataset"),
        code=code_of("scripts/convex_relu/compute_sensitivity.py"),
    output:
        table="results/{scale}/convex_relu/sensitivity.parquet",
    params:
        settings=settings("convex_relu", "binary_tasks", "subsamples", "sensitivity"),
    pathvars:
        job="convex_relu/compute_sensitivity",


use rule job as convex_relu_compute_real_data with:
    message:
        "Convex ReLU networks: convex programs, SGD and Adam at the same β ({wildcards.dataset})"
    input:
        data="data/prepared/{dataset}.npz",
        code=code_of("scripts/convex_relu/compute_real_data.py"),
    output:
        results="results/{scale}/convex_relu/real_{dataset}.parquet",
        seconds=report(
            "benchmarks/{scale}/convex_relu/fits_{dataset}.csv",
            caption="captions/runtimes.rst",
            category="Convex ReLU networks",
            labels={"figure": "Runtimes (table): {dataset}"},
        ),
    params:
        settings=settings("convex_relu", "binary_tasks", "subsamples", "real_data"),
    pathvars:
        job="convex_relu/compute_real_data_{dataset}",
    resources:
        mem_mb=3000,
        runtime=60,


use rule job as convex_relu_compute_patch_gates with:
    message:
        "Convex ReLU networks: gates on patches, gates on whole images, SGD"
    input:
        data=prepared("convex_relu", "patch_gates.dataset"),
        code=code_of("scripts/convex_relu/compute_patch_gates.py"),
    output:
        table="results/{scale}/convex_relu/patch_gates.parquet",
    params:
        settings=settings("convex_relu", "patch_gates"),
    pathvars:
        job="convex_relu/compute_patch_gates",
    resources:
        mem_mb=4000,
        runtime=60,
