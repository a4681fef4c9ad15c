import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { inspectBackends, type BackendSource } from "./backends.ts";
import { inspectMachine } from "./machine.ts";
import { findLibraries, systemPlaces } from "./shared-libraries.ts";

const root = mkdtempSync(join(tmpdir(), "doctor-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A system whose loader knows `libcuda.so.1` by its cache and `libcudart.so.13` by its path, and has `libcublas.so.13` out of sight. */
function system() {
  for (const folder of ["known", "cached", "hidden"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "known", "libcudart.so.13"), "");
  writeFileSync(join(root, "cached", "libcuda.so.1"), "");
  writeFileSync(join(root, "hidden", "libcublas.so.13"), "");
  writeFileSync(join(root, "ld.so.cache"), `glibc-ld.so.cache1.1\u0000\u0001\u0002libcuda.so.1\u0000${join(root, "cached", "libcuda.so.1")}\u0000${join(root, "gone", "libvulkan.so.1")}\u0000`);
  return { directories: [join(root, "known")], cacheFile: join(root, "ld.so.cache"), usual: [join(root, "hidden")] };
}

describe("shared libraries", () => {
  it("are found where the loader looks, seen elsewhere, or missing", () => {
    const found = findLibraries(["libcudart.so.13", "libcuda.so.1", "libcublas.so.13", "libvulkan.so.1"], system());
    expect(found.map(({ status }) => status)).toEqual(["found", "found", "elsewhere", "missing"]);
    expect(found[2]!.path).toBe(join(root, "hidden", "libcublas.so.13"));
  });

  it("are looked for in LD_LIBRARY_PATH first, in PATH on Windows", () => {
    expect(systemPlaces({ LD_LIBRARY_PATH: "/a:/b" }, "linux").directories.slice(0, 2)).toEqual(["/a", "/b"]);
    expect(systemPlaces({ PATH: "C:\\x;C:\\y", CUDA_PATH: "C:\\cuda" }, "win32").directories.slice(0, 2)).toEqual(["C:\\x", "C:\\y"]);
  });
});

describe("backends", () => {
  const source = (installed: readonly string[]): BackendSource => ({
    packageOf: (backend) => `pkg-${backend}`,
    directoryOf: (backend) => {
      if (!installed.includes(backend)) throw new Error("absent");
      return backend;
    },
    packageVersion: "1.2.3",
    platform: "linux",
  });

  it("say what is missing and the one command that adds it", () => {
    const [cpu, cuda, vulkan, metal] = inspectBackends(source(["cpu", "cuda"]), system());
    expect(cpu).toMatchObject({ name: "cpu", status: "ready", install: null });
    expect(cuda).toMatchObject({ name: "cuda", status: "incomplete", install: null });
    expect(vulkan).toMatchObject({ name: "vulkan", status: "absent", install: "npm install --save-exact pkg-vulkan@1.2.3" });
    expect(metal).toMatchObject({ name: "metal", status: "unsupported" });
  });

  it("are unsupported where there is no package, and metal comes with the package of a Mac", () => {
    const nothing: BackendSource = { ...source([]), packageOf: () => { throw new Error("no build"); } };
    expect(inspectBackends(nothing, system()).map(({ status }) => status)).toEqual(["unsupported", "unsupported", "unsupported", "unsupported"]);
    expect(inspectBackends({ ...source(["cpu"]), platform: "darwin" }, system())[3]).toMatchObject({ status: "ready" });
  });
});

describe("tunesmith doctor", () => {
  async function call(words: readonly string[]) {
    const out: string[] = [];
    const world = {
      stdout: { write: (piece: string) => out.push(piece) },
      stderr: { write: () => true },
      environment: { HF_HOME: join(root, "hf"), HF_HUB_OFFLINE: "1", HF_TOKEN: "hf_secret" },
      workingDirectory: root,
      now: () => new Date(0),
      fetch: () => Promise.reject(new Error("no network in tests")),
    };
    return { code: await main(["doctor", ...words], { world }), out: out.join("") };
  }

  it("loads the engine, tests it, and reports machine and workspace", async () => {
    const { code, out } = await call(["--json"]);
    const report = JSON.parse(out) as { engine: { error: unknown; test: { gradient_error: number } } };
    expect(report).toMatchObject({
      ok: true,
      machine: { cores: inspectMachine().cores, node: process.version },
      engine: { release: "v0.5.0", error: null, test: { devices: expect.arrayContaining([expect.objectContaining({ kind: "cpu" })]) } },
      backends: [{ name: "cpu", status: "ready" }, { name: "cuda" }, { name: "vulkan" }, { name: "metal" }],
      workspace: { versions: 0, runs: 0, hub_cache: join(root, "hf", "hub"), hub_offline: true },
    });
    expect(report.engine.test.gradient_error).toBeLessThan(1e-3);
    expect(code).toBe(0);
    expect(out).not.toContain("hf_secret");
  });

  it("reads from machine to workspace and ends with a verdict", async () => {
    const { out } = await call([]);
    expect(out).toMatch(/^Machine\n[^]*\nEngine\n[^]*✓ works[^]*\nBackends\n[^]*\nWorkspace\n[^]*\nAll is well\.\n$/);
    expect(out).toContain("npm install --save-exact @node-llama-cpp/");
  });
});
