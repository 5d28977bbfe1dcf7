experiment(
    "relaxed_neuron",
    title="Relaxed neuron",
    metrics=reads(
        "trajectories", "cells", "theorem", "convexity", "equations", "efficiency", "teacher_student", settings=["map"]
    ),
    figures={
        "errors_against_iteration": figure("Figure 3: errors", reads("trajectories", settings=["trajectories"])),
        "where_each_wins": figure("Where each descent wins", reads("cells", settings=["map"])),
        "noise_free": figure("Without noise: success and speed", reads("cells", settings=["map"])),
        "counterexample": figure("Counterexamples to the theorem", reads("curves")),
        "teacher_student": figure("Several neurons", reads("teacher_student", settings=["teacher_student"])),
        "efficiency": figure("Efficiency under noise", reads("efficiency", settings=["efficiency"])),
        "real_labels": figure("Real data: labels of a neuron and real labels", reads("theorem", settings=["theorem"])),
    },
)


include: "theorem.smk"


use rule job as relaxed_neuron_compute_trajectories with:
    message:
        "Relaxed neuron: vanilla and relaxed gradient descent along the iterations"
    input:
        code=code_of("scripts/relaxed_neuron/compute_trajectories.py"),
    output:
        table="results/{scale}/relaxed_neuron/trajectories.parquet",
    params:
        settings=settings("relaxed_neuron", "trajectories"),
    pathvars:
        job="relaxed_neuron/compute_trajectories",


use rule job as relaxed_neuron_compute_map with:
    message:
        "Relaxed neuron: vanilla and relaxed gradient descent over samples, noise and initial scale"
    input:
        code=code_of("scripts/relaxed_neuron/compute_map.py"),
    output:
        table="results/{scale}/relaxed_neuron/cells.parquet",
    params:
        settings=settings("relaxed_neuron", "map"),
    pathvars:
        job="relaxed_neuron/compute_map",


use rule job as relaxed_neuron_compute_efficiency with:
    message:
        "Relaxed neuron: variance of both minimisers under label noise"
    input:
        code=code_of("scripts/relaxed_neuron/compute_efficiency.py"),
    output:
        table="results/{scale}/relaxed_neuron/efficiency.parquet",
    params:
        settings=settings("relaxed_neuron", "efficiency"),
    pathvars:
        job="relaxed_neuron/compute_efficiency",


use rule job as relaxed_neuron_compute_teacher_student with:
    message:
        "Relaxed neuron: teacher and student of several neurons"
    input:
        code=code_of("scripts/relaxed_neuron/compute_teacher_student.py"),
    output:
        table="results/{scale}/relaxed_neuron/teacher_student.parquet",
    params:
        settings=settings("relaxed_neuron", "teacher_student"),
    pathvars:
        job="relaxed_neuron/compute_teacher_student",
