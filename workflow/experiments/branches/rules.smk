experiment(
    "branches",
    title="Parallel branches",
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


use rule job as branches_compute_gaps with:
    message:
        "Parallel branches: exact duality gaps by integer and linear programs"
    input:
        data=prepared("branches", "shared.dataset"),
        code=code_of("scripts/branches/compute_gaps.py"),
    output:
        gaps="results/{scale}/branches/gaps.parquet",
        identities="results/{scale}/branches/identities.parquet",
    params:
        settings=settings("branches", "gaps"),
    pathvars:
        job="branches/compute_gaps",


use rule job as branches_compute_frequencies with:
    message:
        "Parallel branches: gradient descent from random starts against the certified optimum"
    input:
        data=prepared("branches", "shared.dataset"),
        code=code_of("scripts/branches/compute_frequencies.py"),
    output:
        frequencies="results/{scale}/branches/frequencies.parquet",
        shares="results/{scale}/branches/shares.parquet",
    params:
        settings=settings("branches", "frequencies"),
    pathvars:
        job="branches/compute_frequencies",
