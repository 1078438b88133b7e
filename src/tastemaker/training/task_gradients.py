"""The gradient of every task by itself, and how far each two of them agree.

In: the losses of `K` tasks, still with their graph. Out: a gradient per task and parameter, and from these the Gramian
`[K, K]` of inner products, which is all that cosines and norms need. Tasks share a parameter where at least two of them
move it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

Gradient = Sequence[Tensor | None]
"""Of one task, by parameter; None where its loss does not reach the parameter."""


def task_gradients(losses: Sequence[Tensor], parameters: Sequence[Tensor]) -> list[Gradient]:
    """The gradient of each loss; what was added up in `.grad` before stays as it is.

    The graphs are kept, since losses may share one; they go when the losses go.
    """
    return [torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True) for loss in losses]


def shared_parameters(gradients: Sequence[Gradient]) -> list[int]:
    """Places of the parameters in which the gradients of at least two tasks are not zero."""
    moved = [sum(part is not None and bool(part.any()) for part in parts) for parts in zip(*gradients, strict=True)]
    return [place for place, tasks in enumerate(moved) if tasks > 1]


def gramian(gradients: Sequence[Gradient], places: Sequence[int]) -> Tensor:
    """Inner products `[K, K]` of every pair of gradients over the parameters in `places`, one parameter at a time."""
    tasks = len(gradients)
    total = torch.zeros(tasks, tasks, dtype=torch.float64)
    for place in places:
        reaching = [task for task in range(tasks) if gradients[task][place] is not None]
        if reaching:
            rows = torch.stack([_flat(gradients[task][place]) for task in reaching])
            index = torch.tensor(reaching)
            total[index.unsqueeze(1), index] += (rows @ rows.T).cpu().double()
    return total


def gradient_norms(products: Tensor) -> Tensor:
    """The length of each gradient, `[K]`, of their Gramian `[K, K]`."""
    return products.diagonal().sqrt()


def gradient_cosines(products: Tensor) -> Tensor:
    """Cosine similarity between every pair of task gradients.

    Args:
        products: the Gramian of the gradients, `[K, K]`.

    Returns:
        `[K, K]`; a negative entry means that two tasks conflict, NaN that one of them has no gradient.

    Source:
        Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020, definition 1.
    """
    norms = gradient_norms(products)
    return (products / torch.outer(norms, norms)).clamp(-1, 1)


def _flat(part: Tensor | None) -> Tensor:
    assert part is not None
    return part.detach().flatten()
