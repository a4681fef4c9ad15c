// Which bytes of one checkpoint stand for the same numbers as which bytes of another: tensor by tensor where both are safetensors files,
// place by place where two files merely have the same size (as what torch.save writes for one and the same model has).
// https://huggingface.co/docs/safetensors/index#format
import type { Content } from "./content.ts";

/** Bytes from `start` to before `end`, next to those of the base from `baseStart` on; without a base when that is undefined. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly baseStart: number | undefined;
  /** Bytes of a number, 1, 2 or 4; undefined when that is not known. */
  readonly width: number | undefined;
}

const MOST_HEADER_BYTES = 1 << 24;
const WIDTHS: Readonly<Record<string, number>> = { F64: 4, I64: 4, U64: 4, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, F8_E4M3: 1, F8_E5M2: 1, I8: 1, U8: 1, BOOL: 1 };

/** Segments that cover the whole of `target` in order, or undefined when the two have nothing in common. */
export async function alignContents(target: Content, base: Content): Promise<readonly Segment[] | undefined> {
  const [ours, theirs] = [await readLayout(target), await readLayout(base)];
  if (ours !== undefined && theirs !== undefined) return alignTensors(ours, theirs);
  return target.sizeBytes === base.sizeBytes && target.sizeBytes > 0 ? [{ start: 0, end: target.sizeBytes, baseStart: 0, width: undefined }] : undefined;
}

interface Tensor {
  readonly start: number;
  readonly end: number;
  /** Data type and shape: what must be equal. */
  readonly kind: string;
  readonly width: number;
}

interface Layout {
  readonly sizeBytes: number;
  readonly headerEnd: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

function alignTensors(ours: Layout, theirs: Layout): readonly Segment[] | undefined {
  const segments: Segment[] = [{ start: 0, end: ours.headerEnd, baseStart: ours.headerEnd === theirs.headerEnd ? 0 : undefined, width: 1 }];
  let at = ours.headerEnd;
  for (const [name, { start, end, kind, width }] of [...ours.tensors].toSorted(([, a], [, b]) => a.start - b.start)) {
    if (start < at) return undefined;
    if (start > at) segments.push({ start: at, end: start, baseStart: undefined, width: undefined });
    const same = theirs.tensors.get(name);
    if (end > start) segments.push({ start, end, baseStart: same?.kind === kind ? same.start : undefined, width });
    at = Math.max(at, end);
  }
  if (at < ours.sizeBytes) segments.push({ start: at, end: ours.sizeBytes, baseStart: undefined, width: undefined });
  const merged = segments.reduce<Segment[]>((done, next) => {
    const last = done.at(-1);
    const continues = last !== undefined && last.width === next.width && (last.baseStart === undefined ? next.baseStart === undefined : next.baseStart === last.baseStart + next.start - last.start);
    if (continues) done[done.length - 1] = { ...last, end: next.end };
    else done.push(next);
    return done;
  }, []);
  const shared = merged.reduce((sum, { start, end, baseStart }) => sum + (baseStart === undefined ? 0 : end - start), 0);
  return 2 * shared >= ours.sizeBytes ? merged : undefined;
}

/** Undefined for what is no safetensors file, or one whose tensors are not where it says. */
async function readLayout(content: Content): Promise<Layout | undefined> {
  const { sizeBytes } = content;
  if (sizeBytes < 10) return undefined;
  const lead = await content.read(0, 9);
  const length = Number(new DataView(lead.buffer, lead.byteOffset, 8).getBigUint64(0, true));
  const headerEnd = 8 + length;
  if (lead[8] !== 0x7b || length > MOST_HEADER_BYTES || headerEnd > sizeBytes) return undefined;
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await content.read(8, length))) as Record<string, { dtype?: unknown; shape?: unknown; data_offsets?: unknown }>;
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [from, to] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
      if (typeof from !== "number" || typeof to !== "number" || !(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to && headerEnd + to <= sizeBytes)) return undefined;
      tensors.set(name, { start: headerEnd + from, end: headerEnd + to, kind: `${String(dtype)} ${JSON.stringify(shape)}`, width: WIDTHS[String(dtype)] ?? 1 });
    }
    return { sizeBytes, headerEnd, tensors };
  } catch {
    // Not JSON, or JSON of another shape: no safetensors file.
    return undefined;
  }
}
