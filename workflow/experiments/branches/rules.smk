experiment(
    "branches",
    title="Parallel branches",
    jobs={
        "gaps": compute(
            "exact duality gaps by integer and linear programs",
            data="shared.dataset",
            settings=["gaps"],
            writes=["gaps", "identities"],
        ),
        "frequencies": compute(
            "gradient descent from random starts against the certified optimum",
            data="shared.dataset",
            settings=["frequencies"],
            writes=["frequencies", "shares"],
        ),
    },
    metrics=reads("gaps", "identities", "frequencies"),
    figures={
        "gap_against_branches": figure("Duality gap against the number of branches", reads("gaps", settings=["gaps"])),
        "gap_over_bound": figure("How much of the bound is used", reads("gaps")),
        "three_values": figure("Relaxation, dual and optimum", reads("gaps")),
        "success_frequency": figure(
            "Gradient descent: frequency of the optimum", reads("shares", settings=["frequencies"])
        ),
    },
)
