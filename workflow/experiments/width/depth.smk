# Depth: limits, conditioning and the width that is needed; equation (10) and degenerate data.


use rule job as width_compute_limits with:
    message:
        "Width: limits and conditioning against depth"
    input:
        code=code_of("scripts/width/compute_limits.py"),
    output:
        "results/{scale}/width/limits.parquet",
    params:
        settings=settings("width", "points", "by_depth", "descent", "limits"),
    pathvars:
        job="width/compute_limits",


use rule job as width_compute_stability with:
    message:
        "Width: width of a stable Gram matrix against depth"
    input:
        limits="results/{scale}/width/limits.parquet",
        code=code_of("scripts/width/compute_stability.py"),
    output:
        stability="results/{scale}/width/stability.parquet",
        stable_width="results/{scale}/width/stable_width.parquet",
        stable_width_of_draws="results/{scale}/width/stable_width_of_draws.parquet",
    params:
        settings=settings("width", "points", "stability"),
    pathvars:
        job="width/compute_stability",


use rule job as width_compute_target with:
    message:
        "Width: width that reaches the target against depth"
    input:
        limits="results/{scale}/width/limits.parquet",
        code=code_of("scripts/width/compute_target.py"),
    output:
        target="results/{scale}/width/target.parquet",
        target_width="results/{scale}/width/target_width.parquet",
    params:
        settings=settings("width", "points", "by_depth", "descent", "target"),
    pathvars:
        job="width/compute_target",


use rule job as width_compute_degeneracy with:
    message:
        "Width: two near-parallel points"
    input:
        code=code_of("scripts/width/compute_degeneracy.py"),
    output:
        "results/{scale}/width/degeneracy.parquet",
    params:
        settings=settings("width", "points", "fixed_depth", "by_depth", "degeneracy"),
    pathvars:
        job="width/compute_degeneracy",


use rule job as width_compute_defects with:
    message:
        "Width: one step of gradient descent beside equation (10)"
    input:
        code=code_of("scripts/width/compute_defects.py"),
    output:
        "results/{scale}/width/defects.parquet",
    params:
        settings=settings("width", "points", "fixed_depth", "defects"),
    pathvars:
        job="width/compute_defects",
