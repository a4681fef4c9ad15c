import { z } from "zod";
import { defineRoute, type Route } from "../../route.ts";
import { answerWith } from "../answer-with.ts";
import { modelId } from "../identity.ts";
import type { ModelShelf } from "../shelf.ts";
import { inputsOf } from "./inputs.ts";
import { openaiProblem } from "./problem.ts";
import { tokenIds } from "./schemas.ts";
import { refuseUnsupported } from "./unsupported.ts";

const embeddingsBodySchema = z.object({
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2048), tokenIds, z.array(tokenIds).min(1).max(2048)]).describe("A text or several; for a language model also their token ids."),
  model: z.string().nullish().describe("A model of this server by name or version. Left out, the first that can."),
  encoding_format: z.enum(["float", "base64"]).nullish().describe("`base64`: the bytes of 32-bit floats, little-endian."),
  dimensions: z.int().nullish(),
});
type EmbeddingsBody = z.infer<typeof embeddingsBodySchema>;

const embeddingsReplySchema = z.object({
  object: z.literal("list"),
  model: z.string(),
  data: z.array(z.object({ object: z.literal("embedding"), index: z.int(), embedding: z.union([z.array(z.number()), z.string()]) })),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

/** `POST /v1/embeddings` */
export function embeddingsRoute(shelf: ModelShelf): Route {
  return defineRoute<EmbeddingsBody, unknown>({
    method: "POST",
    path: "/v1/embeddings",
    summary: "Turn texts into vectors of length 1, as OpenAI's API does",
    body: embeddingsBodySchema,
    reply: embeddingsReplySchema,
    problem: openaiProblem,
    async run(call) {
      const { input, encoding_format: format } = call.body;
      refuseUnsupported(call.body);
      return answerWith(shelf, { task: "embed", name: call.body.model }, call, async ({ pool, identity }) => {
        const { vectors, tokens } = await pool.embed(inputsOf(input), { signal: call.signal });
        const write = (vector: Float32Array) => (format === "base64" ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64") : [...vector]);
        const data = vectors.map((vector, index) => ({ object: "embedding", index, embedding: write(vector) }));
        return { json: { object: "list", model: modelId(identity), data, usage: { prompt_tokens: tokens, total_tokens: tokens } } };
      });
    },
  });
}
