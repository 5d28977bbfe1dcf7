"""Blocks of data sets, draws, components and widths write what one job writes."""

from types import SimpleNamespace

TASKS = SimpleNamespace(
    pairs={"blobs": [0, 1], "clouds": [1, 2]}, datasets=["blobs", "clouds"], all_classes=["blobs"], draws=2, samples=20,
    test_samples=10, components=2, lam=1e-2, n_patterns=3, trials=3, iterations=10, batch=8, adam_step=0.1,
    sgd_step=0.5, tol=1e-3, max_time=30, global_tol=1e-1, max_rounds=2, validated=["blobs"], validation_share=0.25,
    lam_start=1e-2, lam_trials=3,
)  # fmt: skip
ANY_WIDTH = SimpleNamespace(
    dataset="images", components=[1, 2], lam=1e-3, tol=1e-2, widths=[2, 8], starts=2, trials=3, iterations=20,
    batch=20, adam_step=0.1, sgd_step=0.3, escape_width=8, escape_lam=1e-4, escape_starts=2, escape_step=0.05,
    escape_iterations=100, bound_components=[1, 2, 6], exact_components=2, bound_samples=20, bound_tol=1e-1,
    max_rounds=3, rough_rounds=2,
)  # fmt: skip


def test_a_block_is_given_its_own_data_sets(entry, blobs, same_when_divided):
    def call(one):
        mine = getattr(one, "share", {}).get("datasets", one.datasets)
        return entry("compute_tasks")([blobs for _ in mine], one, "cpu", 1)

    same_when_divided(call, TASKS, but=["seconds"], datasets=2, draws=2)


def test_blocks_of_components_and_widths_prove_the_same(entry, images, same_when_divided):
    call = lambda one: entry("compute_any_width")(images, one, "cpu", 1)  # noqa: E731
    same_when_divided(call, ANY_WIDTH, components=2, widths=2)
