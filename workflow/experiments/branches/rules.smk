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
            writes=["frequencies", "shares", "tunings"],
        ),
        "architectures": compute(
            "exact gaps of other sub-networks, fully connected networks and wider branches",
            data="shared.dataset",
            settings=["architectures"],
            writes=["architectures"],
        ),
        "theorems": compute(
            "branches that differ, the Shapley–Folkman lemma, quadratic problems",
            settings=["theorems"],
            writes=["sums", "scales", "hulls", "quadratics"],
        ),
    },
    metrics=reads(
        "gaps",
        "identities",
        "frequencies",
        "architectures",
        "sums",
        "scales",
        "hulls",
        "quadratics",
    ),
    figures={
        "gap_over_bound": figure("Duality gaps over their bound", reads("gaps", settings=["gaps"])),
        "three_values": figure("Relaxation, dual and optimum", reads("gaps")),
        "success_frequency": figure(
            "Gradient descent: frequency of the optimum",
            reads("shares", numbers="metrics.csv", settings=["frequencies"]),
        ),
        "step_sensitivity": figure(
            "Gradient descent: sensitivity to the step", reads("tunings", settings=["frequencies"])
        ),
        "differing_branches": figure(
            "Branches that differ", reads("sums", "architectures", numbers="metrics.csv", settings=["theorems"])
        ),
    },
)
