import { describe, expect, it } from "vitest";
import { hubAccountSchema, hubDiscussionSchema, hubHostSchema, hubRepositorySchema, parseRecord } from "./index.ts";

describe("the records of a hub", () => {
  it("have defaults for what older ones do not say", () => {
    const account = parseRecord(hubAccountSchema, { schema_version: 1, id: "1", name: "ann", fullname: "Ann", type: "user", created_at: "2026-01-01T00:00:00Z" }, "ann.json");
    expect(account).toMatchObject({ members: {}, tokens: [], private_by_default: false });
    const repository = parseRecord(hubRepositorySchema, { schema_version: 1, id: "a".repeat(24), kind: "model", owner: "ann", name: "m", private: true, created_at: "2026-01-01T00:00:00Z" }, "repository.json");
    expect(repository).toMatchObject({ gated: false, access_requests: [], formerly: [], liked_by: [] });
  });

  it("name the field that is wrong, and a version that is too new", () => {
    expect(() => parseRecord(hubHostSchema, { schema_version: 1, store_generation: "x", secret: "00", created_at: "" }, "hub.json")).toThrow(/hub.json.*store_generation/s);
    expect(() => parseRecord(hubDiscussionSchema, { schema_version: 2, number: 1, title: "", author: "", created_at: "", status: "open", events: [] }, "1.json")).toThrow(expect.objectContaining({ code: "records.too_new" }));
  });
});
