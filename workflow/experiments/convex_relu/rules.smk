# Times of the fits: no result, they differ from build to build.
SECONDS = report(
    "benchmarks/{scale}/convex_relu/fits_{dataset}.csv",
    caption="../experiments/convex_relu/captions/runtimes.rst",
    category="Convex ReLU networks",
    labels={"figure": "Runtimes (table): {dataset}"},
)
SMALL_SETS = "small_problems.datasets"
SMALL = ["binary_tasks", "small_problems"]
EXACT = ["pattern_counts", "exact_optima", "guarantees", "activations"]
PATCH = ["patch_gates", "patch_lams", "patch_trials", "patch_ranks"]
SEEDS = ["same_program", "sensitivity"]
TRIALS = ["toy_trials", "sensitivity_trials", "patch_trials"]
REAL = {name: each(f"{name}_{{dataset}}", "real_data.datasets") for name in ("real", "real_trials", "real_validated")}
DRAWN = {"numbers": "metrics.csv", "real": REAL["real"], "real_validated": REAL["real_validated"]}
shown = lambda *tables, settings: reads(*tables, numbers="metrics.csv", settings=settings)

experiment(
    "convex_relu",
    title="Convex ReLU networks",
    jobs={
        "toy_problems": compute(
            "toy problems over all patterns, and SGD",
            settings=["toy_problems"],
            writes=["optima", "curves", "minima", "toy_trials"],
        ),
        "sampled_patterns": compute(
            "sampled patterns", data=SMALL_SETS, settings=[*SMALL, "sampled_patterns"], writes=["sampled_patterns"]
        ),
        "exact_programs": compute("all patterns", data=SMALL_SETS, settings=[*SMALL, "exact_programs"], writes=EXACT),
        "stationary_networks": compute(
            "own signs", data=SMALL_SETS, settings=[*SMALL, "stationary_networks"], writes=["stationary_networks"]
        ),
        "sensitivity": compute(
            "one program in many ways; seeds of the convex fit, SGD and Adam",
            data="sensitivity.dataset",
            settings=["binary_tasks", "subsamples", "sensitivity"],
            writes=["same_program", "sensitivity", "sensitivity_trials", "path"],
        ),
        "real_data": compute(
            "convex programs, SGD and Adam",
            data="data/prepared/{dataset}.npz",
            settings=["binary_tasks", "subsamples", "real_data"],
            writes=[f"{name}_{{dataset}}" for name in REAL],
            files={"seconds": SECONDS},
            mem_mb=3000,
            runtime=60,
        ),
        "patch_gates": compute(
            "gates on patches, gates on whole images, SGD",
            data="patch_gates.dataset",
            settings=["patch_gates"],
            writes=PATCH,
            mem_mb=4000,
            runtime=60,
        ),
    },
    metrics=reads(
        *("optima", "curves", "minima", "sampled_patterns", "stationary_networks"),
        **{name: each("{table}", f"tables.{name}") for name in ("exact_programs", "seeds", "patch_gates", "trials")},
        **REAL,
    ),
    figures={
        "toy_problems": figure("Toy problems", shown("optima", "curves", "minima", settings=["toy_problems"])),
        "tuned_steps": figure("The steps that were tuned away", reads(*TRIALS, real_trials=REAL["real_trials"])),
        "sampled_patterns": figure(
            "Sampled patterns", shown("sampled_patterns", settings=[*SMALL, "sampled_patterns"])
        ),
        "exact_programs": figure("Over all patterns", shown(*EXACT, settings=["small_problems", "exact_programs"])),
        "stationary_networks": figure(
            "Stationary networks", shown("stationary_networks", settings=[*SMALL, "stationary_networks"])
        ),
        "regularization_path": figure("Regularisation path", shown("path", settings=["subsamples", "sensitivity"])),
        "sensitivity": figure("Seeds", shown(*SEEDS, settings=["subsamples", "sensitivity"])),
        "real_data": figure("Real data: objective, accuracy", reads(**DRAWN, settings=["subsamples", "real_data"])),
        "patch_gates": figure("Gates on patches", shown("patch_gates", settings=["patch_gates"])),
    },
)
