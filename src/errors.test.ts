import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromErrorRecord, toErrorRecord, TunesmithError } from "./errors.ts";

describe("an error as a record", () => {
  it("crosses a process boundary unchanged", () => {
    const record = { code: "a.b", message: "m", hint: "h", details: { n: 1 }, exit_code: 2 } as const;
    expect(toErrorRecord(fromErrorRecord(record))).toEqual(record);
    expect(fromErrorRecord(record)).toBeInstanceOf(TunesmithError);
  });

  it("is internal, with the stack, for what nobody expected", () => {
    expect(toErrorRecord(new RangeError("wires crossed"))).toMatchObject({ code: "internal", message: expect.stringMatching(/wires crossed[^]*errors\.test/) as unknown });
    expect(toErrorRecord("text")).toEqual({ code: "internal", message: "text", exit_code: 1 });
  });

  it("tells what the operating system refused, without a stack", () => {
    const root = mkdtempSync(join(tmpdir(), "errors-"));
    writeFileSync(join(root, "file"), "");
    let thrown: unknown;
    try {
      readdirSync(join(root, "file", "below"));
    } catch (cause) {
      thrown = cause;
    }
    rmSync(root, { recursive: true });
    expect(toErrorRecord(thrown)).toEqual({
      code: "files.refused",
      message: `Cannot use ${join(root, "file", "below")}: a part of the path is a file, needed is a directory (scandir)`,
      hint: "Choose another place.",
      details: { errno: "ENOTDIR" },
      exit_code: 1,
    });
    const denied = Object.assign(new Error("EACCES: permission denied, write"), { code: "EACCES", syscall: "write" });
    expect(toErrorRecord(denied).message).toBe("Cannot use the disk: permission denied (write)");
  });

  it("keeps what the operating system says for faults of the program internal", () => {
    expect(toErrorRecord(Object.assign(new Error("EBADF: bad file descriptor"), { code: "EBADF", syscall: "read" })).code).toBe("internal");
  });
});
