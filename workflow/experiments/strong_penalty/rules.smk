experiment(
    "strong_penalty",
    title="Strong penalties",
    metrics=reads(
        "growth",
        "kink",
        "shift_of_eigenvalues",
        paths=each("paths_{problem}", "problems.names"),
        baselines=each("baselines_{problem}", "problems.names"),
        thresholds=each("thresholds_{problem}", "problems.names"),
        draws=each("draws_{problem}", "problems.names"),
        settings=["minima"],
    ),
    figures={
        "errors_against_lambda": figure(
            "Errors and minima against λ: {problem}",
            reads(
                paths="paths_{problem}",
                baselines="baselines_{problem}",
                thresholds="thresholds_{problem}",
                settings=["minima"],
            ),
            over=each("errors_{problem}", "problems.names"),
        ),
        "fitted_functions": figure("The fitted functions", reads(functions="functions_sine")),
        "hessian_slice": figure("Curvature over the whole domain", reads("growth", curvature="slice")),
        "relu_kink": figure("ReLU across a kink", reads("kink")),
        "threshold_growth": figure("The threshold against the domain", reads("growth")),
    },
)


include: "problems.smk"
include: "curvature.smk"
