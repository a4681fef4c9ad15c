import { expect, it } from "vitest";
import { makeCheckpoints } from "../../../test/helpers/checkpoint-series.ts";
import { header, lfsFile, withHub, type TestHub } from "../../../test/helpers/hub.ts";
import { inPieces } from "../../../test/helpers/xet-upload.ts";
import { sha256 } from "../../files/index.ts";
import { compactRepository, startCompactor, type Compacted } from "./compact.ts";
import { collectGarbage } from "./garbage.ts";

const CHECKPOINTS = makeCheckpoints({ count: 3, dtype: "BF16", learningRate: 1e-5 });
const OIDS = CHECKPOINTS.map((bytes) => sha256(bytes));

const repositoryOf = ({ host }: TestHub) => host.repositories.find("model", "ann/m")!.repository;

async function commitCheckpoint(hub: TestHub, index: number, path: string): Promise<void> {
  const bytes = CHECKPOINTS[index]!;
  await hub.host.large.put(OIDS[index]!, bytes.byteLength, inPieces(bytes));
  hub.host.possession.note(repositoryOf(hub), OIDS[index]!);
  expect((await hub.commit("ann/m", [header(`checkpoint ${index}`), lfsFile(path, OIDS[index]!)])).status).toBe(200);
}

const kinds = ({ host }: TestHub) => OIDS.map((oid) => host.large.form(oid)?.kind);

it("keeps checkpoints of one run as differences, and clients do not see it", async () => {
  await withHub(async (hub) => {
    for (const [index, step] of [500, 1000, 1500].entries()) await commitCheckpoint(hub, index, `checkpoint-${step}/model.safetensors`);
    const { shrunk, savedBytes } = await compactRepository(hub.host, repositoryOf(hub));
    expect([shrunk, kinds(hub)]).toEqual([2, ["delta", "delta", "whole"]]);
    expect(savedBytes).toBeGreaterThan(CHECKPOINTS[0]!.byteLength);
    const answer = await hub.ask("GET", "/ann/m/resolve/main/checkpoint-500/model.safetensors");
    expect([answer.status, sha256(answer.bytes)]).toEqual([200, OIDS[0]]);
  });
});

it("keeps what one path was in earlier commits as differences, also from the collection of garbage", async () => {
  await withHub(async (hub) => {
    for (const index of [0, 1]) await commitCheckpoint(hub, index, "model.safetensors");
    const { compacted, removed } = await collectGarbage(hub.host);
    expect([compacted.shrunk, removed, kinds(hub)]).toEqual([1, [], ["delta", "whole", undefined]]);
  });
});

it("works in the background some time after a commit, passes over what was deleted, and stops when it is told to", async () => {
  await withHub(async (hub) => {
    const failures: unknown[] = [];
    let tell: (compacted: Compacted) => void = () => {};
    const told = new Promise<Compacted>((resolve) => {
      tell = resolve;
    });
    const compactor = startCompactor(hub.host, { delayMs: 0, onCompacted: (compacted) => tell(compacted), onError: (thrown) => failures.push(thrown) });
    hub.host.onCommitted((repository) => compactor.note(repository));
    await hub.ask("POST", "/api/repos/create", { body: { name: "gone" } });
    const gone = hub.host.repositories.find("model", "ann/gone")!.repository;
    await hub.host.repositories.delete(gone);
    compactor.note(gone);
    for (const index of [0, 1]) await commitCheckpoint(hub, index, "model.safetensors");
    expect(await told).toMatchObject({ shrunk: 1 });
    expect([kinds(hub), failures]).toEqual([["delta", "whole", undefined], []]);
    await compactor.close();
    await commitCheckpoint(hub, 2, "model.safetensors");
    await compactor.close();
    expect(kinds(hub)[1]).toBe("whole");
  });
});
