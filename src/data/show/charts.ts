// Bars in SVG, readable on a light and on a dark page.

export interface Bar {
  readonly name: string;
  readonly value: number;
}

const WIDTH = 640;
const ROW = 22;
const LABEL = 180;
const NUMBER = 70;

/** A horizontal bar chart: one bar a line, its number behind it. At most 40 bars; what is left out is said. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const shown = bars.slice(0, 40);
  const most = Math.max(1, ...shown.map(({ value }) => value));
  const rest = bars.length - shown.length;
  const height = 40 + ROW * (shown.length + (rest > 0 ? 1 : 0));
  const lines = shown.map(({ name, value }, index) => {
    const y = 34 + ROW * index;
    const width = value === 0 ? 0 : Math.max(1, ((WIDTH - LABEL - NUMBER) * value) / most);
    return `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escape(name.length > 28 ? `${name.slice(0, 27)}…` : name)}</text><rect x="${LABEL}" y="${y + 2}" width="${width.toFixed(1)}" height="${ROW - 6}" rx="2"/><text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 14}">${value.toLocaleString("en-US")}</text>`;
  });
  const more = rest > 0 ? `<text x="${LABEL}" y="${48 + ROW * shown.length}">and ${rest} more</text>` : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
<style>text{font:12px system-ui,sans-serif;fill:#555}rect{fill:#3b7dd8}.title{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>
<text class="title" x="8" y="18">${escape(title)}</text>
${lines.join("\n")}${more}
</svg>
`;
}

/** Rows whose length is from `least` to `most`, both included. */
export interface LengthClass {
  readonly least: number;
  readonly most: number;
  readonly rows: number;
}

/** Lengths in about 20 classes of one width (fewer for few rows), without gaps; the last one reaches to the longest, so that a few long rows leave the others their room. */
export function classesOf(lengths: ArrayLike<number>): readonly LengthClass[] {
  if (lengths.length === 0) return [];
  const classes = Math.min(20, Math.ceil(2 * Math.sqrt(lengths.length)));
  const sorted = Float64Array.from(lengths).sort();
  const [shortest, usual, longest] = [sorted[0]!, sorted[Math.ceil((sorted.length - 1) * 0.99)]!, sorted.at(-1)!];
  const width = niceWidth(Math.max(1, (usual - shortest + 1) / classes));
  const [first, last] = [Math.floor(shortest / width), Math.floor(usual / width)];
  const counts = new Float64Array(last - first + 1);
  for (const length of sorted) counts[Math.min(Math.floor(length / width), last) - first]! += 1;
  return Array.from(counts, (rows, index) => {
    const least = (first + index) * width;
    return { least, most: index === last - first ? Math.max(longest, least + width - 1) : least + width - 1, rows };
  });
}

/** {@link classesOf} as bars. */
export function histogramOf(lengths: ArrayLike<number>): readonly Bar[] {
  return classesOf(lengths).map(({ least, most, rows }) => ({ name: least === most ? `${least}` : `${least} to ${most}`, value: rows }));
}

/** 1, 2, 5, 10, 20, 50, … at least `least`. */
function niceWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => Math.round(factor * power)).find((width) => width >= least)!;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
