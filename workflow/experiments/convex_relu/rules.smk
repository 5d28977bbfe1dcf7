# Times of the fits: no result, they differ from build to build.
SECONDS = report(
    "benchmarks/{scale}/convex_relu/fits_{dataset}.csv",
    caption="../experiments/convex_relu/captions/runtimes.rst",
    category="Convex ReLU networks",
    labels={"figure": "Runtimes (table): {dataset}"},
)

experiment(
    "convex_relu",
    title="Convex ReLU networks",
    jobs={
        "toy_problems": compute(
            "toy problems over all patterns, and SGD", settings=["toy_problems"], writes=["optima", "curves"]
        ),
        "sampled_patterns": compute(
            "programs on sampled patterns against the optimum over all patterns",
            data="small_problems.datasets",
            settings=["binary_tasks", "small_problems", "sampled_patterns"],
            writes=["sampled_patterns"],
        ),
        "stationary_networks": compute(
            "stationary networks against the program on their own sign patterns",
            data="small_problems.datasets",
            settings=["binary_tasks", "small_problems", "stationary_networks"],
            writes=["stationary_networks"],
        ),
        "sensitivity": compute(
            "seeds, batches and steps of SGD and Adam beside the convex fit",
            data="sensitivity.dataset",
            settings=["binary_tasks", "subsamples", "sensitivity"],
            writes=["sensitivity"],
        ),
        "real_data": compute(
            "convex programs, SGD and Adam at the same β",
            data="data/prepared/{dataset}.npz",
            settings=["binary_tasks", "subsamples", "real_data"],
            writes=["real_{dataset}"],
            files={"seconds": SECONDS},
            mem_mb=3000,
            runtime=60,
        ),
        "patch_gates": compute(
            "gates on patches, gates on whole images, SGD",
            data="patch_gates.dataset",
            settings=["patch_gates"],
            writes=["patch_gates"],
            mem_mb=4000,
            runtime=60,
        ),
    },
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
