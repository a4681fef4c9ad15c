// Checkpoints inside a run's archive, as the index beside it lists them: the archive itself is not opened.
import type { ArchiveIndex } from "../../records/index.ts";
import { readMetadataClaims } from "../sidecars/metadata-claims.ts";
import type { Sidecar } from "../sidecars.ts";
import { METADATA_FILE } from "../metadata.ts";
import { findCandidates, type Candidate } from "./candidates.ts";
import { describeEntry, type FactPool } from "./describe.ts";
import type { CatalogEntry } from "./entry.ts";
import type { RunContext } from "./run-context.ts";

/**
 * One entry for each packed checkpoint, at the path where it stood.
 * @param directory of the checkpoints, relative to the workspace
 */
export function describePacked(index: ArchiveIndex, directory: string, run: RunContext | undefined, fact: FactPool): readonly CatalogEntry[] {
  const top = index.checkpoints.filter(({ kind }) => kind === "file").map(({ name }) => name);
  const folders = index.checkpoints.filter(({ kind }) => kind === "directory").map(({ name }) => name);
  const describe = (candidate: Candidate, folder: string): CatalogEntry => {
    const path = [directory, folder, candidate.name].filter((part) => part !== "").join("/");
    const inside = folder === "" ? "" : `${folder}/`;
    const weights = [...(/(?:\.index|^metadata)\.json$/.test(candidate.main) ? [] : [candidate.main]), ...candidate.pieces].map((name) => inside + name);
    const packed = index.checkpoints.find(({ name }) => name === (folder === "" ? candidate.name : folder));
    const entry = describeEntry(
      {
        candidate,
        path,
        sizeBytes: index.files.filter((file) => weights.includes(file.path)).reduce((sum, { size_bytes }) => sum + size_bytes, 0),
        modifiedMs: Date.parse(packed?.modified_at ?? index.created_at),
        sidecars: candidate.sidecars.includes(METADATA_FILE) && packed?.metadata !== undefined && packed.metadata !== null ? [sidecarOf(packed.metadata)] : [],
        run,
        peek: () => undefined,
      },
      fact,
    );
    return { ...entry, packed: true };
  };
  return [
    ...findCandidates("checkpoints", top, folders).map((candidate) => describe(candidate, "")),
    ...folders.flatMap((folder) => {
      const below = index.files.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ path }) => path.slice(folder.length + 1));
      const files = below.filter((path) => !path.includes("/")).sort();
      return findCandidates(folder, files, [...new Set(below.filter((path) => path.includes("/")).map((path) => path.split("/")[0]!))]).map((candidate) => describe(candidate, folder));
    }),
  ];
}

function sidecarOf(metadata: Record<string, unknown>): Sidecar {
  return { file: METADATA_FILE, ...readMetadataClaims(metadata, METADATA_FILE) };
}
