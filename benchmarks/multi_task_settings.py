"""What `benchmarks.multi_task_screening` tries, one factor at a time; the first setting of each is the plain one."""

from collections.abc import Mapping
from typing import Final

Settings = Mapping[str, tuple[str, ...]]
"""By name, `table.key=value` that are set beside the recipe."""

ONE_BACKWARD: Final = ("fixed", "uncertainty", "dwa", "famo", "imtl_l", "random", "geometric_mean", "stch", "gradnorm")
AGGREGATIONS: Final = (
    *("pcgrad", "mgda", "cagrad", "imtl_g", "aligned_mtl"),
    *("fairgrad", "graddrop", "gradvac", "config"),
)

FACTORS: Final[Mapping[str, Settings]] = {
    "balancer": {name: (f"balancing.method={name}",) for name in (*ONE_BACKWARD, *AGGREGATIONS)},
    "sharing": {
        **{name: (f"model.sharing={name}",) for name in ("hard", "adapters", "experts")},
        "own_experts": ("model.sharing=experts", "model.own_experts=1"),
    },
    "mixture": {
        "recipe": (),
        "proportional": ("training.mixture=proportional",),
        "temperature_2": ("training.mixture=temperature", "training.mixture_temperature=2.0"),
        "temperature_5": ("training.mixture=temperature", "training.mixture_temperature=5.0"),
        "uniform": ("training.mixture=uniform",),
        "progress": ("training.mixture=progress",),
    },
    "regularisation": {
        "recipe": (),
        "ratings_reach_the_trunk": ("tasks.rating.detach=false", "tasks.like.detach=false"),
        "no_own_dropout": tuple(f"tasks.{task}.dropout=0" for task in ("next_item", "rating", "like")),
        "much_decay": ("training.weight_decay=0.1",),
    },
}
"""By factor."""
