/**
 * The circles of a directed graph, each as the nodes on it in order, starting with its smallest name. One circle is reported for each
 * edge that closes one during a depth-first walk, so an acyclic graph gives none and a cyclic one at least one.
 */
export function findCircles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const path: string[] = [];
  const found = new Map<string, readonly string[]>();

  const visit = (node: string): void => {
    const seenAt = path.indexOf(node);
    if (seenAt !== -1) {
      const circle = turnToSmallest(path.slice(seenAt));
      found.set(circle.join(" "), circle);
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of [...edges.keys()].sort()) visit(node);
  return [...found.values()];
}

function turnToSmallest(circle: readonly string[]): readonly string[] {
  const smallest = [...circle].sort()[0]!;
  const at = circle.indexOf(smallest);
  return [...circle.slice(at), ...circle.slice(0, at)];
}
