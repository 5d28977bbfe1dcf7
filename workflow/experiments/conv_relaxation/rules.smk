experiment(
    "conv_relaxation",
    title="Planted convolution filter",
    jobs={
        "recovery": compute(
            "recovery of a planted filter by the relaxation and by gradient descent",
            settings=["recovery", "descent"],
            writes=["recovery", "tuning"],
        ),
    },
    metrics=reads("recovery", "tuning", settings=["recovery"]),
    figures={
        "recovery": figure(
            "Recovery against samples per dimension",
            reads("recovery", "tuning", numbers="metrics.csv", settings=["recovery", "descent"]),
        ),
    },
)
