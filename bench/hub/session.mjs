// One session of `@huggingface/hub` with a hub: `node session.mjs <module>`, HF_ENDPOINT and HF_TOKEN as usual.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { commit, createBranch, createRepo, deleteRepo, downloadFile, listFiles, listModels, modelInfo, uploadFiles, whoAmI } = await import(process.argv[2]);
console.log(`@huggingface/hub ${JSON.parse(readFileSync(join(process.argv[2], "../../package.json"), "utf8")).version}`);
const hubUrl = process.env.HF_ENDPOINT;
const accessToken = process.env.HF_TOKEN;
const { name: owner } = await whoAmI({ hubUrl, accessToken });
const repo = { type: "model", name: `${owner}/matrix-${randomBytes(4).toString("hex")}` };
const asked = { hubUrl, accessToken, repo };
const large = randomBytes(3_000_000);

await createRepo({ ...asked, license: "mit" });
await uploadFiles({ ...asked, files: [{ path: "model.safetensors", content: new Blob([large]) }, { path: "config.json", content: new Blob(["{}"]) }], useXet: false });
await uploadFiles({ ...asked, files: [{ path: "second.safetensors", content: new Blob([randomBytes(100_000)]) }], useXet: true });
await createBranch({ ...asked, branch: "dev" });
await commit({ ...asked, branch: "dev", title: "two", operations: [{ operation: "delete", path: "second.safetensors" }, { operation: "addOrUpdate", path: "config.json", content: new Blob(["{ }"]) }] });
const names = [];
for await (const { path } of listFiles({ ...asked, revision: "dev" })) names.push(path);
assert.deepEqual(names.sort(), [".gitattributes", "README.md", "config.json", "model.safetensors"]);
assert.deepEqual(Buffer.from(await (await downloadFile({ ...asked, path: "model.safetensors" })).arrayBuffer()), large);
assert.equal((await modelInfo({ hubUrl, accessToken, name: repo.name })).private, false);
const found = [];
for await (const { name } of listModels({ hubUrl, search: { owner } })) found.push(name);
assert.ok(found.includes(repo.name));
await deleteRepo(asked);
