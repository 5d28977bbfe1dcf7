experiment(
    "relaxed_neuron",
    title="Relaxed neuron",
    jobs={
        "trajectories": compute(
            "vanilla and relaxed gradient descent along the iterations",
            settings=["trajectories", "tuning"],
            writes=["trajectories", "steps"],
        ),
        "map": compute(
            "vanilla and relaxed gradient descent over samples, noise and initial scale",
            settings=["map", "tuning"],
            writes=["cells", "map_steps"],
        ),
        "efficiency": compute(
            "variance of both minimisers under label noise", settings=["efficiency"], writes=["efficiency"]
        ),
        "teacher_student": compute(
            "teacher and student of several neurons",
            settings=["teacher_student", "tuning"],
            writes=["teacher_student", "student_steps"],
        ),
        "theorem": compute(
            "the squared loss at the relaxed minimiser",
            data="theorem.datasets",
            settings=["theorem"],
            writes=["theorem"],
        ),
        "losses": compute(
            "counterexamples, convexity and the equations of both losses",
            settings=["losses"],
            writes=["curves", "convexity", "equations"],
        ),
    },
    metrics=reads(
        *("trajectories", "steps", "cells", "map_steps", "theorem", "convexity", "equations", "efficiency"),
        *("teacher_student", "student_steps"),
        settings=["map"],
    ),
    figures={
        "errors_against_iteration": figure(
            "Figure 3: errors", reads("trajectories", metrics="metrics.csv", settings=["trajectories"])
        ),
        "step_sensitivity": figure("Sensitivity to the step", reads("steps", settings=["trajectories", "tuning"])),
        "where_each_wins": figure("Where each descent wins", reads("cells", metrics="metrics.csv", settings=["map"])),
        "noise_free": figure(
            "Without noise: success and speed", reads("cells", metrics="metrics.csv", settings=["map"])
        ),
        "counterexample": figure("Counterexamples to the theorem", reads("curves")),
        "teacher_student": figure(
            "Several neurons", reads("teacher_student", metrics="metrics.csv", settings=["teacher_student"])
        ),
        "efficiency": figure(
            "Efficiency under noise", reads("efficiency", metrics="metrics.csv", settings=["efficiency"])
        ),
        "real_labels": figure("Real data: labels of a neuron and real labels", reads("theorem", settings=["theorem"])),
    },
)
