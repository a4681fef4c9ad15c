import type { Row } from "../row.ts";

/** A row whose task is named. */
export type SampleRow = Row & { readonly task: string };
