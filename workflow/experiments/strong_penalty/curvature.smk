# Curvature on the curve alone: jobs without a data set.


use rule job as strong_penalty_compute_growth with:
    message:
        "Strong penalties: how the threshold grows with the domain"
    input:
        code=code_of("scripts/strong_penalty/compute_growth.py"),
    output:
        "results/{scale}/strong_penalty/growth.parquet",
    params:
        settings=settings("strong_penalty", "search", "growth"),
    pathvars:
        job="strong_penalty/compute_growth",


use rule job as strong_penalty_compute_kink with:
    message:
        "Strong penalties: second differences of a ReLU network across a kink"
    input:
        code=code_of("scripts/strong_penalty/compute_kink.py"),
    output:
        "results/{scale}/strong_penalty/kink.parquet",
    params:
        settings=settings("strong_penalty", "penalties"),
    pathvars:
        job="strong_penalty/compute_kink",


use rule job as strong_penalty_compute_hessians with:
    message:
        "Strong penalties: smallest eigenvalues over a domain, and how the penalty moves eigenvalues"
    input:
        code=code_of("scripts/strong_penalty/compute_hessians.py"),
    output:
        slice="results/{scale}/strong_penalty/slice.parquet",
        shift_of_eigenvalues="results/{scale}/strong_penalty/shift_of_eigenvalues.parquet",
    params:
        settings=settings("strong_penalty", "hessians"),
    pathvars:
        job="strong_penalty/compute_hessians",
