# One data set at a time, and only those that a selected experiment names.
# The raw files are no outputs: Snakemake deletes outputs before a job, and a file placed by hand must survive.
# The registry is no input either: a job depends on its own entry, so that another entry's edit does not repeat it.
# Nor is the downloader: the content is fixed by its hash, and data that is there is not fetched again.
NOT_CONTENT = ("sources", "title", "licence", "citation")


use rule job as prepare_data with:
    message:
        "Data set {wildcards.dataset}: fetch what is missing, check, split"
    input:
        code=code_of(
            "scripts/data/prepare_data.py",
            without=["convexify_workflow.datasets.fetch", "convexify_workflow.datasets.clients"],
        ),
    output:
        "data/prepared/{dataset}.npz",
    params:
        content=lambda wildcards: {
            key: value for key, value in registry_entry(wildcards).items() if key not in NOT_CONTENT
        },
        # Computed from the input, a parameter repeats no job: another address serves the same content.
        entry=lambda wildcards, input: registry_entry(wildcards),
        raw="data/raw",
    log:
        "logs/data/{dataset}.log",
    benchmark:
        "benchmarks/data/{dataset}.tsv"
    retries: 0
