// The metrics of an evaluation as a picture: a dot for each value, a line for its interval, on one scale from 0 to 1.
import type { EvaluationRecord, MeasuredMetric } from "../records/index.ts";

const ROW = 22;
const [LEFT, WIDTH, RIGHT] = [220, 420, 190];
const MOST_ROWS = 60;

/** SVG of all fractions and percentages; digests of model and data stand in its description. */
export function drawEvaluation(record: EvaluationRecord): string {
  const shown = Object.entries(record.metrics).filter(([, { unit }]) => unit === "fraction" || unit === "percent").slice(0, MOST_ROWS);
  const height = ROW * (shown.length + 2);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((at) => `<line x1="${x(at)}" y1="${ROW}" x2="${x(at)}" y2="${height - ROW}" stroke="#ddd"/><text x="${x(at)}" y="${height - 6}" text-anchor="middle" fill="#666">${at}</text>`);
  const { model, dataset } = record;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + RIGHT}" height="${height}" viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escape(`Evaluation of ${model.name}`)}</title>`,
    `<desc>${escape(`model ${model.digest}, dataset ${dataset.digest}, split ${dataset.split}, evaluation ${record.evaluation_digest}`)}</desc>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...grid,
    ...shown.map(([name, metric], index) => drawMetric(name, metric, ROW * (index + 1.5))),
    "</svg>",
    "",
  ].join("\n");
}

function drawMetric(name: string, { value, low, high, unit, direction }: MeasuredMetric, y: number): string {
  const scale = unit === "percent" ? 0.01 : 1;
  const decimals = unit === "percent" ? 2 : 4;
  const colour = direction === "rises" ? "#1f6f8b" : "#b3541e";
  return [
    `<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${escape(shorten(name))}${direction === "falls" ? " ↓" : ""}</text>`,
    `<line x1="${x(low * scale)}" y1="${y}" x2="${x(high * scale)}" y2="${y}" stroke="${colour}" stroke-width="3" stroke-opacity="0.45"/>`,
    `<circle cx="${x(value * scale)}" cy="${y}" r="4" fill="${colour}"/>`,
    `<text x="${LEFT + WIDTH + 14}" y="${y + 4}">${value.toFixed(decimals)} (${low.toFixed(decimals)} to ${high.toFixed(decimals)})</text>`,
  ].join("");
}

/** Place of a fraction on the scale, in pixels. */
function x(fraction: number): string {
  return (LEFT + WIDTH * Math.min(1, Math.max(0, fraction))).toFixed(1);
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= 32 ? name : `${letters.slice(0, 20).join("")}…${letters.slice(-11).join("")}`;
}

/** What XML 1.0 cannot hold becomes U+FFFD. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
