// The OpenAPI document (https://spec.openapis.org/oas/v3.1.0), derived from the routes: what is validated is what is documented.
import { z, type ZodType } from "zod";
import type { Route } from "../route.ts";

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
}

const problemSchema = {
  type: "object",
  required: ["error", "detail", "status_code"],
  properties: {
    error: { type: "string", description: "Stable code, to match on." },
    detail: { type: "string" },
    status_code: { type: "integer" },
    hint: { type: "string" },
    faults: { type: "array", items: { type: "object", properties: { field: { type: "string" }, message: { type: "string" } } } },
  },
} as const;

/** The document for a table of routes; paths in `{name}` form. */
export function describeApi(routes: readonly Route[], { title, version }: ApiDescription): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{rest}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route) };
  }
  return { openapi: "3.1.0", info: { title, version }, paths, components: { schemas: { Problem: problemSchema }, securitySchemes: { key: { type: "http", scheme: "bearer" } } } };
}

/** A key is needed only where the server has keys, except by admins' routes. */
const SECURITY = { open: {}, key: { security: [{}, { key: [] }] }, admin: { security: [{ key: [] }] } } as const;

function describeOperation(route: Route): Readonly<Record<string, unknown>> {
  const names = [...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name), ...(route.path.endsWith("*") ? ["rest"] : [])];
  const query = route.query === undefined ? [] : Object.entries((schemaOf(route.query, "input")["properties"] ?? {}) as Record<string, unknown>);
  return {
    summary: route.summary,
    ...SECURITY[route.access ?? "key"],
    ...(names.length + query.length === 0
      ? {}
      : {
          parameters: [
            ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
            ...query.map(([name, schema]) => ({ name, in: "query", required: false, schema })),
          ],
        }),
    ...(route.bodyKind === "stream" && takesBody(route) ? { requestBody: { content: { "*/*": {} } } } : {}),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(route.body, "input") } } } }),
    responses: {
      200: { description: "Success", ...(route.reply === undefined ? {} : { content: { "application/json": { schema: schemaOf(route.reply, "output") } } }) },
      default: { description: "What went wrong", content: { "application/json": { schema: route.problem === undefined ? { $ref: "#/components/schemas/Problem" } : {} } } },
    },
  };
}

function takesBody({ method }: Route): boolean {
  return method !== "GET" && method !== "HEAD";
}

function schemaOf(schema: ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io }) as Record<string, unknown>;
  return rest;
}
