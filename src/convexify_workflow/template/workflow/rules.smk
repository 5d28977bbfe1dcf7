experiment(
    "__id__",
    title="__title__",
    metrics=reads("norms"),
    figures={"norms": figure("Measured against predicted", reads("norms", settings=["norms"]))},
)


use rule job as __id___compute_norms with:
    message:
        "__title__: one row per observation"
    input:
        code=code_of("scripts/__id__/compute_norms.py"),
    output:
        table="results/{scale}/__id__/norms.parquet",
    params:
        settings=settings("__id__", "norms"),
    pathvars:
        job="__id__/compute_norms",
