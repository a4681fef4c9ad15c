import { z } from "zod";
import { defineRoute, type Route } from "../../route.ts";
import { answerWith } from "../answer-with.ts";
import type { ModelShelf } from "../shelf.ts";

const rerankBodySchema = z.strictObject({
  query: z.string().min(1),
  documents: z.array(z.string()).min(1).max(1000).describe("One that is longer than the model reads is cut at its end."),
  top_k: z.int().min(1).default(5).describe("At most this many results."),
  model: z.string().min(1).optional().describe("A model of this server by name or version. Left out, the first that can."),
});
type RerankBody = z.infer<typeof rerankBodySchema>;

const rerankReplySchema = z.object({
  results: z.array(z.object({ document: z.string(), score: z.number().describe("As the cross-encoder gives it: no sigmoid."), rank: z.int().min(1), index: z.int().min(0).describe("In the documents, from 0.") })),
  query: z.string(),
});

/** The documents that fit a query best, below `/api/v1` and without it. */
export function rerankRoutes(shelf: ModelShelf): readonly Route[] {
  return ["/api/v1/rerank", "/rerank"].map((path) =>
    defineRoute<RerankBody, unknown>({
      method: "POST",
      path,
      summary: "Order documents by how well they fit a query",
      body: rerankBodySchema,
      reply: rerankReplySchema,
      run: (call) =>
        answerWith(shelf, { task: "rerank", name: call.body.model }, call, async ({ pool }) => {
          const { query, documents, top_k: most } = call.body;
          const { scores } = await pool.rank(query, documents, { signal: call.signal });
          const ordered = [...scores.entries()].sort(([a, first], [b, second]) => second - first || a - b).slice(0, most);
          return { json: { results: ordered.map(([index, score], place) => ({ document: documents[index]!, score, rank: place + 1, index })), query } };
        }),
    }),
  );
}
