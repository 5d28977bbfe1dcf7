# The theorem and the losses that it is about.
use rule job as relaxed_neuron_compute_theorem with:
    message:
        "Relaxed neuron: the squared loss at the relaxed minimiser"
    input:
        data=prepared("relaxed_neuron", "theorem.datasets"),
        code=code_of("scripts/relaxed_neuron/compute_theorem.py"),
    output:
        table="results/{scale}/relaxed_neuron/theorem.parquet",
    params:
        settings=settings("relaxed_neuron", "theorem"),
    pathvars:
        job="relaxed_neuron/compute_theorem",


use rule job as relaxed_neuron_compute_losses with:
    message:
        "Relaxed neuron: counterexamples, convexity and the equations of both losses"
    input:
        code=code_of("scripts/relaxed_neuron/compute_losses.py"),
    output:
        curves="results/{scale}/relaxed_neuron/curves.parquet",
        convexity="results/{scale}/relaxed_neuron/convexity.parquet",
        equations="results/{scale}/relaxed_neuron/equations.parquet",
    params:
        settings=settings("relaxed_neuron", "losses"),
    pathvars:
        job="relaxed_neuron/compute_losses",
