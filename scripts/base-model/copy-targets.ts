/**
 * Tells which tokens could be known by looking back: the two tokens before them stood together earlier in the document, followed by
 * the same token. The loss over these, beside the loss over the rest, shows when a model in training begins to copy.
 */
export function findCopyTargets(ids: readonly number[]): boolean[] {
  const followers = new Map<string, number>();
  return ids.map((id, index) => {
    if (index < 2) return false;
    const before = `${ids[index - 2]} ${ids[index - 1]}`;
    const known = followers.get(before) === id;
    followers.set(before, id);
    return known;
  });
}
