# The data of a group of variants, or of a variant that is a group of its own: digits, digits and photographs, or
# photographs alone.
CNN_SOURCES = {"colour": ["photographs"]} | dict.fromkeys(["plain", "basic", "rand", "rot"], ["dataset"])
CNN_SOURCES |= dict.fromkeys(["photographs", "img", "rot_img"], ["dataset", "photographs"])


def cnn_data(wildcards):
    images = SETTINGS["convex_cnn"][wildcards.scale]["images"]
    return [f"data/prepared/{images[source]}.npz" for source in CNN_SOURCES[wildcards.group]]


CNN_ERRORS = each("errors_{group}", "images.groups")
CNN_TUNING = each("tuning_{group}", "images.groups")
CNN_SOLVERS = each("solvers_{group}", "images.groups")

experiment(
    "convex_cnn",
    title="Convexified convolutional networks",
    jobs={
        "errors": compute(
            "convexified and trained convolutional networks, solvers of the convex program",
            data=cnn_data,
            settings=["images", "layers", "network", "solvers"],
            writes=["errors_{group}", "tuning_{group}", "solvers_{group}", "pictures_{group}"],
            mem_mb=2000,
        ),
    },
    metrics=reads(errors=CNN_ERRORS, tuning=CNN_TUNING, solvers=CNN_SOLVERS),
    figures={
        "errors": figure("Test error against n", reads(errors=CNN_ERRORS, settings=["images"])),
        "solvers": figure(
            "Objective against passes over the data",
            reads(solvers=CNN_SOLVERS, numbers="metrics.csv", settings=["solvers", "layers"]),
        ),
        "tuned": figure("Radii and steps that were tuned", reads(tuning=CNN_TUNING, settings=["layers", "images"])),
        "variants": figure(
            "The variants", reads(pictures=each("pictures_{group}", "images.groups"), settings=["images"])
        ),
    },
)
