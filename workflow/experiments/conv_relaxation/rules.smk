experiment(
    "conv_relaxation",
    title="Planted convolution filter",
    jobs={
        "recovery": compute(
            "recovery of a planted filter by the relaxation and by gradient descent",
            settings=["recovery", "descent"],
            writes=["recovery", "tuning"],
        ),
        "turned": compute(
            "images upright or turned: the relaxation with noise beside gradient descent",
            data="turned.dataset",
            settings=["turned"],
            writes=["turned", "turned_tuning"],
        ),
    },
    metrics=reads("recovery", "tuning", "turned", "turned_tuning", settings=["recovery"]),
    figures={
        "recovery": figure(
            "Recovery against samples per dimension",
            reads("recovery", "tuning", numbers="metrics.csv", settings=["recovery", "descent"]),
        ),
        "turned": figure(
            "Images upright or turned",
            reads("turned", "turned_tuning", numbers="metrics.csv", settings=["turned"]),
        ),
    },
)
