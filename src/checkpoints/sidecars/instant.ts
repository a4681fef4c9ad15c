// Times as different writers put them; every one without a zone is read as UTC, because nobody knows which zone it was.

/** ISO 8601 with or without zone, Python's `str(datetime)`, `YYYYMMDD_HHMMSS`: milliseconds since 1970, or undefined. */
export function parseInstant(text: string): number | undefined {
  const stamp = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(text);
  const plain = stamp === null ? text.replace(" ", "T") : `${stamp[1]}-${stamp[2]}-${stamp[3]}T${stamp[4]}:${stamp[5]}:${stamp[6]}`;
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(plain)) return undefined;
  const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(plain) ? plain : plain.includes("T") ? `${plain}Z` : `${plain}T00:00:00Z`;
  const time = Date.parse(zoned.replace(",", "."));
  return Number.isNaN(time) ? undefined : time;
}
