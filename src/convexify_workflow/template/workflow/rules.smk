experiment(
    "__id__",
    title="__title__",
    jobs={"norms": compute("one row per observation", settings=["norms"], writes=["norms"])},
    metrics=reads("norms"),
    figures={"norms": figure("Measured against predicted", reads("norms", settings=["norms"]))},
)
