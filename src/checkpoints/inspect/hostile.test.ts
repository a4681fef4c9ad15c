// Files that were made to hurt whoever reads them, and places that are no files: each ends in a reason or in a part of the facts.
import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, copyFileSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { torchZip } from "../../../test/helpers/torch-zip.ts";
import { TunesmithError } from "../../errors.ts";
import { toFileDocument } from "./document.ts";
import type { FileFacts } from "./facts.ts";
import { inspectCheckpoint } from "./inspect.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/torch/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);

/** Writes a file, with zeros behind its content up to `sizeBytes`, and inspects it. */
function inspect(content: Uint8Array, name = "file.pt", sizeBytes = content.length): FileFacts {
  const descriptor = openSync(join(scratch, name), "w");
  writeSync(descriptor, content);
  ftruncateSync(descriptor, sizeBytes);
  closeSync(descriptor);
  return inspectCheckpoint(join(scratch, name));
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(TunesmithError);
    return (error as Error).message.slice(0, 1000);
  }
  throw new Error("nothing was refused");
}

describe("an archive", () => {
  const PICKLE = latin1("\x80\x02}X\x05\x00\x00\x00epochK\x07s.");
  const archive = (change: (tail: Buffer) => void, pickle: Uint8Array = PICKLE, storageBytes = 0): Buffer => {
    const { head, tail } = torchZip(pickle, storageBytes);
    change(tail);
    return Buffer.concat([head, tail]);
  };
  const end64 = (tail: Buffer): number => tail.indexOf("PK\x06\x06", 0, "latin1");
  const locator = (tail: Buffer): number => tail.indexOf("PK\x06\x07", 0, "latin1");
  /** Lets the directory follow the first bytes at once, as if the storage between had been cut out. */
  const closeUp = (tail: Buffer): void => {
    const start = torchZip(PICKLE, 0).head.length;
    tail.writeBigUInt64LE(BigInt(start), end64(tail) + 48);
    tail.writeBigUInt64LE(BigInt(start + end64(tail)), locator(tail) + 8);
  };

  it("is read when its pickle is deflated", () => {
    const bytes = archive((tail) => (tail.writeUInt16LE(8, 10), tail.writeUInt32LE(PICKLE.length, 24)), deflateRawSync(PICKLE));
    expect(inspect(bytes).training).toMatchObject({ epoch: 7 });
  });

  it.each<[string, Buffer, RegExp]>([
    ["whose wide sizes reach past its end", archive(closeUp, PICKLE, 5 * 2 ** 30), /reaches to byte \d+, the file ends at/],
    ["whose wide directory reaches past its end", archive((tail) => tail.writeBigUInt64LE(2n ** 25n, end64(tail) + 40)), /archive directory reaches to byte/],
    ["whose wide directory is larger than any", archive((tail) => tail.writeBigUInt64LE(2n ** 63n, end64(tail) + 40)), /archive directory has \d+ bytes, at most/],
    ["whose wide directory begins behind it", archive((tail) => tail.writeBigUInt64LE(2n ** 62n, end64(tail) + 48)), /archive directory reaches to byte/],
    ["whose wide end is somewhere else", archive((tail) => tail.writeBigUInt64LE(2n ** 40n, locator(tail) + 8)), /the place of its archive directory is wrong/],
    ["that announces more files than it lists", archive((tail) => tail.writeBigUInt64LE(9n, end64(tail) + 32)), /announces 9 files and lists 2/],
    ["whose pickle is encrypted", archive((tail) => tail.writeUInt16LE(1, 8)), /"archive\/data\.pkl" is encrypted/],
    ["whose pickle is packed otherwise", archive((tail) => tail.writeUInt16LE(12, 10)), /packed by method 12, stored and deflated are known/],
  ])("%s is refused", (_what, bytes, message) => {
    expect(refusal(() => inspect(bytes))).toMatch(message);
  });

  it("of a machine with the other byte order shows the same scores", () => {
    const file = readFileSync(`${fixtures}lightning.ckpt`);
    const at = file.indexOf("little", file.indexOf("byteorder"));
    file.write("big   ", at, "latin1");
    const turned = new DataView(new ArrayBuffer(4));
    turned.setFloat32(0, 0.892, true);
    expect(inspect(file).training?.callbacks[0]).toMatchObject({ bestModelScore: turned.getFloat32(0, false) });
  });

  it("of the older kind is little-endian whatever its machine was: so PyTorch writes and reads it", () => {
    const file = readFileSync(`${fixtures}lightning-legacy.ckpt`);
    file[file.indexOf(0x88, file.indexOf("little_endian"))] = 0x89;
    expect(inspect(file)).toMatchObject({ problems: [], training: { callbacks: [{ bestModelScore: Math.fround(0.892) }] } });
  });
});

describe("a pickle", () => {
  it.each<[string, string]>([
    ["of tuples in tuples", `N${"\x85".repeat(300_000)}.`],
    ["of dictionaries in dictionaries under the key of weights", `${"}X\x0a\x00\x00\x00state_dict".repeat(100_000)}N${"s".repeat(100_000)}.`],
    ["of states in states", `${"cx\ny\n)\x81".repeat(50_000)}N${"b".repeat(50_000)}.`],
    ["of a billion laughs", `(K\x01t${Array.from({ length: 100 }, () => `q\x00(${"h\x00".repeat(100)}t`).join("")}.`],
    ["of a billion entries", `}${Array.from({ length: 100 }, () => `q\x00}(${Array.from({ length: 20 }, (_, key) => `K${String.fromCharCode(key)}h\x00`).join("")}u`).join("")}.`],
    ["that remembers everything", `N${"\x94".repeat(500_000)}.`],
    ["of ever new names", `(${Array.from({ length: 20_000 }, (_, at) => `cm${at}\nn\n`).join("")}l.`],
  ])("%s is told in a few words", (_what, program) => {
    const facts = inspect(latin1(`\x80\x04${program}`));
    expect(facts.tensors).toEqual([]);
    expect(JSON.stringify(toFileDocument(facts, true)).length).toBeLessThan(500_000);
  });

  it.each<[string, Buffer, RegExp]>([
    ["a text of 4 GB", Buffer.concat([latin1("\x80\x02X"), u32(0xfffffff0), latin1("abc.")]), /announces 4294967280 bytes, 4 are left/],
    ["bytes past every number", Buffer.concat([latin1("\x80\x04\x8e"), Buffer.alloc(8, 0xff), latin1(".")]), /announces \d+ bytes, 1 are left/],
    ["a list copied too often", latin1(`\x80\x02(${"N".repeat(50_000)}lq\x000(${"cbuiltins\nlist\nh\x00\x85R".repeat(100)}l.`), /more than 4000000 values/],
  ])("with %s is refused", (_what, bytes, message) => {
    expect(refusal(() => inspect(bytes))).toMatch(message);
  });

  it("that names one tensor a hundred thousand times ties them", () => {
    const tensor = `ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuM\x00\x01tQK\x00(${"K\x01".repeat(64)}t(${"K\x01".repeat(64)}t\x89}tRq\x000`;
    const entries = Array.from({ length: 100_000 }, (_, at) => Buffer.concat([latin1("J"), u32(at), latin1("h\x00")]));
    expect(inspect(Buffer.concat([latin1(`\x80\x02${tensor}}(`), ...entries, latin1("u.")]))).toMatchObject({ parameterCount: 1, tensors: { length: 100_000 } });
  });
});

describe("a header", () => {
  const safetensors = (header: string, sizeBytes?: number): FileFacts => inspect(Buffer.concat([u64(sizeBytes ?? header.length), latin1(header)]), "file.safetensors", 8 + (sizeBytes ?? header.length));
  const gguf = (array: Buffer, sizeBytes: number): FileFacts => inspect(Buffer.concat([latin1("GGUF"), u32(3), u64(0), u64(1), u64(1), latin1("k"), u32(9), array]), "file.gguf", sizeBytes);

  it.each<[string, () => unknown, RegExp]>([
    ["of 99 MB without sense", () => safetensors("{", 99_000_000), /not valid JSON/],
    ["of more than 100 MB", () => safetensors("{", 100_000_001), /announces a header of 100000001 bytes, at most 100000000/],
    ["that nests without end", () => safetensors(`{"a":${"[".repeat(1_000_000)}`), /nests deeper than the 3 levels/],
    ["of millions of values", () => safetensors(`{"a":{"dtype":"F32","shape":[${"1,".repeat(4_000_000)}1],"data_offsets":[0,4]}}`), /more than 4000000 values/],
    ["with a long shape", () => safetensors(`{"a":{"dtype":"F32","shape":[${"1,".repeat(100_000)}2],"data_offsets":[0,4]}}`), /its shape \[1, 1, 1, 1, 1, 1, 1, 1, …\] in F32 needs 8/],
    ["with a name of megabytes", () => safetensors(`{"${"n".repeat(20_000_000)}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`), /n… has 20000000 letters, at most 4096/],
    ["with tensors over one another", () => safetensors('{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}'), /b begins at byte/],
    ["of GGUF with a long list", () => gguf(Buffer.concat([u32(7), u64(9_000_000)]), 2 ** 24), /k has 9000000 elements, at most 8388608/],
    ["of GGUF with a list past its end", () => gguf(Buffer.concat([u32(7), u64(2 ** 40)]), 2 ** 20), /announces 1099511627776 elements/],
    ["of GGUF that announces everything", () => inspect(Buffer.concat([latin1("GGUF"), u32(3), Buffer.alloc(16, 0xff)]), "file.gguf"), /more than any file can hold/],
  ])("%s is refused in a few words", (_what, act, message) => {
    expect(refusal(act)).toMatch(message);
  });
});

describe("a place", () => {
  const directory = (name: string, files: Readonly<Record<string, unknown>>): string => {
    mkdirSync(join(scratch, name));
    for (const [file, content] of Object.entries(files)) writeFileSync(join(scratch, name, file), typeof content === "string" ? content : JSON.stringify(content));
    return join(scratch, name);
  };

  it.each<[string, string, Readonly<Record<string, unknown>>, RegExp]>([
    ["outside", "safetensors-outside", { "model.safetensors.index.json": { weight_map: { a: "../other.safetensors" } } }, /not a \.safetensors file beside it/],
    ["that is missing", "safetensors-missing", { "model.safetensors.index.json": { weight_map: { a: "model-00001-of-00001.safetensors" } } }, /model-00001-of-00001\.safetensors/],
    ["of a pickle outside", "torch-outside", { "pytorch_model.bin.index.json": { weight_map: { a: "/etc/passwd" } } }, /does not name files beside it/],
    ["of a pickle that is missing", "torch-missing", { "pytorch_model.bin.index.json": { weight_map: { a: "pytorch_model-00001-of-00002.bin" } } }, /pytorch_model-00001-of-00002\.bin/],
    ["of nothing", "torch-none", { "pytorch_model.bin.index.json": { weight_map: [] } }, /does not name files beside it/],
  ])("with a shard %s is refused", (_what, name, files, message) => {
    expect(refusal(() => inspectCheckpoint(directory(name, files)))).toMatch(message);
  });

  it("that is a pipe or a device is not waited for, by whatever name", () => {
    // Held open for both, a pipe lets a reader that would wait for a writer fail here and not hang.
    const hold = (path: string): number => (execFileSync("mkfifo", [path]), openSync(path, "r+"));
    const held = [hold(join(scratch, "pipe.ckpt"))];
    const pipes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      "pytorch_model.bin": {}, "model.safetensors": {}, "adapter_model.safetensors": {}, "adapter_model.bin": {}, "only.gguf": {},
      "part.safetensors": { "model.safetensors.index.json": { weight_map: { a: "part.safetensors" } } }, "part.bin": { "pytorch_model.bin.index.json": { weight_map: { a: "part.bin" } } },
    };
    for (const [name, files] of Object.entries(pipes)) held.push(hold(join(directory(`pipe-${name}`, files), name)));
    try {
      expect(refusal(() => inspectCheckpoint(join(scratch, "pipe.ckpt")))).toMatch(/it is no regular file/);
      expect(refusal(() => inspectCheckpoint("/dev/zero"))).toMatch(/it is no regular file/);
      for (const name of Object.keys(pipes)) expect(refusal(() => inspectCheckpoint(join(scratch, `pipe-${name}`)))).toMatch(/it is no regular file|it has no model\.safetensors|without weights/);
    } finally {
      held.forEach(closeSync);
    }
  });

  it("is looked at through links, unless they lead in a circle or nowhere", () => {
    symlinkSync(`${fixtures}protocol-4.pt`, join(scratch, "link.pt"));
    symlinkSync("circle.pt", join(scratch, "circle.pt"));
    symlinkSync("nowhere", join(scratch, "broken.pt"));
    expect(inspectCheckpoint(join(scratch, "link.pt")).parameterCount).toBe(7);
    for (const name of ["circle.pt", "broken.pt"]) expect(refusal(() => inspectCheckpoint(join(scratch, name)))).toMatch(/nothing that may be read stands there/);
  });

  it("that may not be read, or is no directory on the way, is refused", () => {
    copyFileSync(`${fixtures}protocol-4.pt`, join(scratch, "locked.pt"));
    chmodSync(join(scratch, "locked.pt"), 0);
    // Permissions do not bind the superuser.
    if (process.getuid?.() === 0) expect(inspectCheckpoint(join(scratch, "locked.pt")).parameterCount).toBe(7);
    else expect(refusal(() => inspectCheckpoint(join(scratch, "locked.pt")))).toMatch(/EACCES/);
    expect(refusal(() => inspectCheckpoint(join(scratch, "locked.pt", "below.pt")))).toMatch(/nothing that may be read stands there/);
  });
});
