// The answers of an evaluation that is under way, in a file that grows with them: after a kill the same evaluation goes on from there. The first
// line binds it to everything that could change an answer.
import { z } from "zod";
import { appendLine, exists, remove, streamLines } from "../files/index.ts";
import { predictionSchema, type Prediction } from "../records/index.ts";

const headSchema = z.object({ schema_version: z.literal(1), settings_digest: z.string(), started_at: z.string() });
const lineSchema = z.object({ row: z.number().int().nonnegative(), prediction: predictionSchema });

export interface PartialEvaluation {
  /** When its first part began. */
  readonly startedAt: string;
  /** By the place of the row. */
  readonly known: ReadonlyMap<number, Prediction>;
  /** Keeps an answer, on disk when it returns. */
  append(row: number, prediction: Prediction): void;
}

/**
 * Opens what is left of an evaluation with the same settings; a file of other settings, or one that cannot be read, gives way with the first answer.
 * Writes nothing before that. A line that a kill cut off is left out.
 */
export async function openPartial(path: string, settingsDigest: string, now: string): Promise<PartialEvaluation> {
  const found = exists(path) ? await readPartial(path, settingsDigest) : undefined;
  let isOurs = found !== undefined;
  return {
    startedAt: found?.startedAt ?? now,
    known: found?.known ?? new Map(),
    append(row, prediction) {
      if (!isOurs) {
        remove(path);
        appendLine(path, JSON.stringify({ schema_version: 1, settings_digest: settingsDigest, started_at: now }));
        isOurs = true;
      }
      appendLine(path, JSON.stringify({ row, prediction }));
    },
  };
}

async function readPartial(path: string, settingsDigest: string): Promise<Pick<PartialEvaluation, "startedAt" | "known"> | undefined> {
  const known = new Map<number, Prediction>();
  let startedAt: string | undefined;
  for await (const { number, text } of streamLines(path)) {
    if (number === 1) {
      const head = parseLine(headSchema, text);
      if (head?.settings_digest !== settingsDigest) return undefined;
      startedAt = head.started_at;
      continue;
    }
    const line = parseLine(lineSchema, text);
    if (line !== undefined) known.set(line.row, line.prediction);
  }
  return startedAt === undefined ? undefined : { startedAt, known };
}

function parseLine<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
