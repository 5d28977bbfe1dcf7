experiment(
    "path_norm",
    title="Path regularisation",
    jobs={
        "small": compute(
            "all two-level patterns of small problems: the convex optimum, descent, and data of low rank",
            settings=["exact", "rank"],
            writes=["exact", "exact_tuning", "rank"],
        ),
        "spirals": compute(
            "convex models of two and three layers, and descent, on two spirals",
            settings=["spirals", "descent"],
            writes=["spirals", "regions", "tuning"],
        ),
    },
    metrics=reads("exact", "exact_tuning", "rank", "spirals", "tuning"),
    figures={
        "regions": figure("Decision regions on two spirals", reads("regions", "spirals", settings=["spirals"])),
        "objectives": figure("Objectives on two spirals", reads("spirals", settings=["spirals", "descent"])),
        "low_rank": figure("Data of low rank", reads("rank", settings=["exact", "rank"])),
        "tuned_steps": figure("The step of descent", reads("tuning", settings=["descent"])),
    },
)
