// A line chart in SVG, drawn by hand: colours come from the page's classes, so that it follows light, dark and print.
import type { MetricPoint } from "../metrics.ts";
import { html, type Markup } from "./html.ts";
import { formatCount } from "./numbers.ts";

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly MetricPoint[];
  /** `line`: a curve; `faint`: the unsmoothed background of one, not in the legend; `dots`: a curve with its points marked. */
  readonly drawn: "line" | "faint" | "dots";
  /** Class that carries the colour. */
  readonly className: string;
}

export interface Chart {
  readonly label: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly ChartSeries[];
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

const WIDTH = 880;
const HEIGHT = 340;
const MARGIN = { top: 16, right: 20, bottom: 46, left: 62 } as const;
const BUCKETS = 400;

/** Draws the chart; undefined when no series has a finite point. */
export function lineChart(chart: Chart): Markup | undefined {
  const finite = chart.series.flatMap((series) => series.points).filter((point) => Number.isFinite(point.value));
  if (finite.length === 0) return undefined;
  const x = makeScale(towardsZero(extent(finite.map((point) => point.step))), MARGIN.left, WIDTH - MARGIN.right, 8, true);
  const y = makeScale(towardsZero(extent(finite.map((point) => point.value))), HEIGHT - MARGIN.bottom, MARGIN.top, 6, false);
  return html`<figure class="chart">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.label}">
<g class="grid">${y.ticks.map((tick) => html`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}"/>`)}</g>
<g class="axis">${y.ticks.map((tick) => html`<text x="${MARGIN.left - 10}" y="${px(y.at(tick) + 4)}" text-anchor="end">${tickText(tick, y.ticks)}</text>`)}
${x.ticks.map((tick) => html`<line x1="${px(x.at(tick))}" x2="${px(x.at(tick))}" y1="${HEIGHT - MARGIN.bottom}" y2="${HEIGHT - MARGIN.bottom + 5}"/><text x="${px(x.at(tick))}" y="${HEIGHT - MARGIN.bottom + 20}" text-anchor="middle">${formatCount(tick)}</text>`)}
<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${HEIGHT - MARGIN.bottom}" y2="${HEIGHT - MARGIN.bottom}"/>
<text class="axis-name" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${chart.xLabel}</text>
<text class="axis-name" transform="translate(14 ${(MARGIN.top + HEIGHT - MARGIN.bottom) / 2}) rotate(-90)" text-anchor="middle">${chart.yLabel}</text></g>
${chart.series.map((series) => drawSeries(series, x, y))}
</svg>
<figcaption>${chart.series.filter((series) => series.drawn !== "faint" && series.points.length > 0).map(legend)}</figcaption>
</figure>`;
}

/** Exponential moving average with its start corrected (Kingma and Ba 2015, section 3); points that are not finite stay gaps. */
export function smooth(points: readonly MetricPoint[], decay: number): readonly MetricPoint[] {
  let average = 0;
  let weight = 0;
  return points.map(({ step, value }) => {
    if (!Number.isFinite(value)) return { step, value: Number.NaN };
    average = decay * average + (1 - decay) * value;
    weight = decay * weight + (1 - decay);
    return { step, value: average / weight };
  });
}

function drawSeries(series: ChartSeries, x: Scale, y: Scale): Markup {
  const points = thin(series.points);
  const path = html`<path class="${series.drawn} ${series.className}" d="${pathOf(points, x, y)}"/>`;
  const isMarked = (index: number): boolean => series.drawn === "dots" || (!isFiniteAt(points, index - 1) && !isFiniteAt(points, index + 1));
  const dots = points.map((point, index) =>
    isFiniteAt(points, index) && isMarked(index)
      ? html`<circle class="${series.className}" cx="${px(x.at(point.step))}" cy="${px(y.at(point.value))}" r="3.5"><title>${series.name}, step ${formatCount(point.step)}: ${point.value.toFixed(4)}</title></circle>`
      : undefined,
  );
  return html`<g>${path}${dots}</g>`;
}

function legend(series: ChartSeries): Markup {
  return html`<span class="key"><svg viewBox="0 0 22 10" width="22" height="10" aria-hidden="true"><line class="line ${series.className}" x1="0" x2="22" y1="5" y2="5"/>${series.drawn === "dots" && html`<circle class="${series.className}" cx="11" cy="5" r="3.5"/>`}</svg>${series.name}</span>`;
}

function pathOf(points: readonly MetricPoint[], x: Scale, y: Scale): string {
  return points
    .map((point, index) => (isFiniteAt(points, index) ? `${isFiniteAt(points, index - 1) ? "L" : "M"}${px(x.at(point.step))} ${px(y.at(point.value))}` : ""))
    .join("");
}

/** At most two points a bucket, its lowest and its highest, in their order: peaks survive. */
function thin(points: readonly MetricPoint[]): readonly MetricPoint[] {
  if (points.length <= 2 * BUCKETS) return points;
  const size = Math.ceil(points.length / BUCKETS);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, bucket) => points.slice(bucket * size, (bucket + 1) * size)).flatMap((bucket) => {
    const sorted = bucket.filter((point) => Number.isFinite(point.value)).sort((a, b) => a.value - b.value);
    const [low, high] = [sorted[0], sorted.at(-1)];
    if (low === undefined || high === undefined) return bucket.slice(0, 1);
    return low === high ? [low] : [low, high].sort((a, b) => a.step - b.step);
  });
}

function makeScale([first, last]: readonly [number, number], from: number, to: number, count: number, isWhole: boolean): Scale {
  const spread = last === first ? Math.max(1, Math.abs(first)) * 0.1 : 0;
  const span = last - first + 2 * spread;
  const step = isWhole ? Math.max(1, niceStep(span / count)) : niceStep(span / count);
  const low = isWhole ? first - spread : Math.floor((first - spread) / step) * step;
  const high = isWhole ? last + spread : Math.ceil((last + spread) / step) * step;
  const begin = Math.ceil(low / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(high / step + 1e-9) - begin + 1 }, (_, index) => Number(((begin + index) * step).toPrecision(12)));
  return { low, high, ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** The smallest of 1, 2, 5 times a power of ten that is >= `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
}

/** An axis that comes near zero begins there. */
function towardsZero([low, high]: readonly [number, number]): readonly [number, number] {
  return low > 0 && low < 0.4 * high ? [0, high] : [low, high];
}

function extent(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

function isFiniteAt(points: readonly MetricPoint[], index: number): boolean {
  return Number.isFinite(points[index]?.value ?? Number.NaN);
}

function tickText(tick: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  return tick.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
