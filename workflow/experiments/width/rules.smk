experiment(
    "width",
    title="Width",
    metrics=reads(
        *("initial", "shapes", "records", "losses", "limits", "stability", "stable_width_of_draws"),
        *("degeneracy", "defects", "shallow"),
        settings=["shallow"],
    ),
    figures={
        "gram": figure(
            "Gram matrices against width",
            reads("initial", "records", settings=["points", "fixed_depth", "descent", "training"]),
        ),
        "weights": figure(
            "Movement of the weights", reads("records", settings=["points", "fixed_depth", "descent", "training"])
        ),
        "rate": figure(
            "Training error and its bound", reads("losses", settings=["points", "fixed_depth", "descent", "training"])
        ),
        "shallow": figure("Shallow ReLU network against the reported values", reads("shallow", settings=["shallow"])),
        "depth_limits": figure(
            "Wide limits against depth", reads("limits", settings=["points", "by_depth", "descent"])
        ),
        "depth_width": figure(
            "Width needed against depth",
            reads("stable_width", "target_width", settings=["points", "descent", "target"]),
        ),
        "equations": figure(
            "Equations (10) and (11), layers, degenerate data",
            reads("initial", "defects", "degeneracy", settings=["points", "fixed_depth"]),
        ),
    },
)


include: "depth.smk"


use rule job as width_compute_initial with:
    message:
        "Width: Gram matrices of random networks of growing width"
    input:
        data=prepared("width", "real_data.datasets"),
        code=code_of("scripts/width/compute_initial.py"),
    output:
        initial="results/{scale}/width/initial.parquet",
        shapes="results/{scale}/width/shapes.parquet",
    params:
        settings=settings("width", "points", "real_data", "fixed_depth", "initial"),
    pathvars:
        job="width/compute_initial",


use rule job as width_compute_training with:
    message:
        "Width: deep networks of growing width, trained"
    input:
        data=prepared("width", "real_data.datasets"),
        code=code_of("scripts/width/compute_training.py"),
    output:
        records="results/{scale}/width/records.parquet",
        losses="results/{scale}/width/losses.parquet",
    params:
        settings=settings("width", "points", "real_data", "fixed_depth", "descent", "training"),
    pathvars:
        job="width/compute_training",


use rule job as width_compute_shallow with:
    message:
        "Width: the shallow ReLU experiment of Du, Zhai, Poczos and Singh (2019)"
    input:
        code=code_of("scripts/width/compute_shallow.py"),
    output:
        "results/{scale}/width/shallow.parquet",
    params:
        settings=settings("width", "shallow"),
    pathvars:
        job="width/compute_shallow",
