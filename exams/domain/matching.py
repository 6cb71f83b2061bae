"""The two matching problems of the domain: the best assignment of answers to blanks, and flows from
questions to rules."""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise


def best_assignment(values: Sequence[Sequence[float]], /) -> tuple[int, ...]:
    """Return for each row the column that makes the sum of values largest; as many columns as rows.

    The Hungarian method in its O(n^3) form with potentials (Kuhn 1955, Munkres 1957). Deterministic: of
    equal assignments the same one is found each time.
    """
    n = len(values)
    row_potential = [0.0] * (n + 1)
    column_potential = [0.0] * (n + 1)
    row_of = [0] * (n + 1)
    for row in range(1, n + 1):
        came_from = [0] * (n + 1)
        least = [float("inf")] * (n + 1)
        used = [False] * (n + 1)
        row_of[0] = row
        column = 0
        while row_of[column]:
            used[column] = True
            current, delta, following = row_of[column], float("inf"), 0
            for j in range(1, n + 1):
                if used[j]:
                    continue
                reduced = -values[current - 1][j - 1] - row_potential[current] - column_potential[j]
                if reduced < least[j]:
                    least[j], came_from[j] = reduced, column
                if least[j] < delta:
                    delta, following = least[j], j
            for j in range(n + 1):
                if used[j]:
                    row_potential[row_of[j]] += delta
                    column_potential[j] -= delta
                else:
                    least[j] -= delta
            column = following
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    columns = [0] * n
    for j in range(1, n + 1):
        columns[row_of[j] - 1] = j - 1
    return tuple(columns)


def largest_flow(
    *, supplies: Sequence[int], demands: Sequence[int], edges: Sequence[Sequence[int]]
) -> list[dict[int, int]]:
    """Return how much each supply gives to each demand so that as much demand as possible is met.

    `edges[i]` are the demands that supply i may serve. Shortest augmenting paths (Edmonds and Karp 1972),
    demand by demand: what is once met is never given up, so where not all can be met the later demands are
    the short ones.
    """
    given: list[dict[int, int]] = [{} for _ in supplies]
    left = list(supplies)
    suppliers: list[list[int]] = [[] for _ in demands]
    for i, targets in enumerate(edges):
        for j in targets:
            suppliers[j].append(i)
    for goal, demand in enumerate(demands):
        missing = demand
        while missing and (path := _augmenting_path(goal, left, given, suppliers)):
            giving = path[0][0]
            amount = min(missing, left[giving])
            # Along the path each supply takes back from one demand what it gives to the next.
            for (_, taken_from), (supply, _) in pairwise(path):
                amount = min(amount, given[supply][taken_from])
            left[giving] -= amount
            for position, (supply, target) in enumerate(path):
                given[supply][target] = given[supply].get(target, 0) + amount
                if position:
                    given[supply][path[position - 1][1]] -= amount
            missing -= amount
    return given


def _augmenting_path(
    goal: int, left: list[int], given: list[dict[int, int]], suppliers: list[list[int]]
) -> list[tuple[int, int]]:
    """Return (supply, demand) steps from a supply with something left to the goal; empty when there is no
    such path."""
    onward: dict[int, tuple[int, int] | None] = {goal: None}
    waiting = deque([goal])
    while waiting:
        demand = waiting.popleft()
        for supply in suppliers[demand]:
            if left[supply] > 0:
                path = [(supply, demand)]
                while step := onward[path[-1][1]]:
                    path.append(step)
                return path
            for other, amount in given[supply].items():
                if amount > 0 and other not in onward:
                    onward[other] = (supply, demand)
                    waiting.append(other)
    return []
