// Markdown of cards: text of others stays text.
import { formatYaml } from "../../config/index.ts";
import { visibleText } from "../../visible.ts";

/** A cell of a table: one line, no bars, no markup. */
export function cell(text: string | number): string {
  return visibleText(String(text)).replaceAll(/[\\|<>[\]*_`]/g, String.raw`\$&`);
}

/** Something spelled exactly: a path, a digest. */
export function code(text: string): string {
  return `\`${visibleText(text).replaceAll("`", "'").replaceAll("|", String.raw`\|`)}\``;
}

/** Rows of finished cells under a header; empty when there is no row. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function section(title: string, ...parts: readonly string[]): string {
  const told = parts.filter((part) => part !== "");
  return told.length === 0 ? "" : `## ${title}\n\n${told.join("\n\n")}`;
}

/** Head and body as one card. */
export function renderCard(head: Readonly<Record<string, unknown>>, parts: readonly string[]): string {
  const members = Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)));
  return `---\n${formatYaml(members)}---\n\n${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

export function short(digest: string): string {
  return digest.slice(0, 16);
}

/** Four significant digits at least, without an exponent where none is needed. */
export function formatScore(value: number): string {
  return Number.isInteger(value) ? String(value) : Math.abs(value) < 0.001 || Math.abs(value) >= 1e6 ? value.toPrecision(4) : value.toFixed(4);
}

export function formatSize(bytes: number): string {
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : bytes < 1 << 30 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${(bytes / (1 << 30)).toFixed(2)} GiB`;
}
