// The journal of a publication on disk: one file for each release and place, beside the releases.
import { join } from "node:path";
import { isFile, readJson, scanDirectory, writeJson } from "../../files/index.ts";
import { parseRecord, publicationSchema, type Publication } from "../../records/index.ts";
import { publicationOfOther } from "../errors.ts";

const FOLDER = "publications";

/** `publications/v1.2--alice--support@localhost-8080.json`; without `@…` on the public Hub. */
export function publicationPath(releasesDirectory: string, version: string, modelId: string, endpoint: string): string {
  const host = new URL(endpoint).host.replaceAll(/[^A-Za-z0-9.-]/g, "-");
  return join(releasesDirectory, FOLDER, `${version}--${modelId.replace("/", "--")}${host === "huggingface.co" ? "" : `@${host}`}.json`);
}

/** @throws `releases.publication_of_other`, `records.invalid` */
export function readPublication(path: string, releaseDigest: string): Publication | undefined {
  if (!isFile(path)) return undefined;
  const publication = parseRecord(publicationSchema, readJson(path), path);
  if (publication.release_digest !== releaseDigest) throw publicationOfOther(path, publication.release_digest, releaseDigest);
  return publication;
}

export function writePublication(path: string, publication: Publication): void {
  writeJson(path, publication);
}

/** Every publication of the releases in a folder; one that cannot be read is left out. */
export function listPublications(releasesDirectory: string): readonly Publication[] {
  const folder = join(releasesDirectory, FOLDER);
  const entries = scanDirectory(folder);
  if ("refused" in entries) return [];
  return entries.filter(({ name }) => name.endsWith(".json") && !name.startsWith(".")).flatMap(({ name }) => {
    try {
      const parsed = publicationSchema.safeParse(readJson(join(folder, name)));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // Publishing names the damage.
      return [];
    }
  });
}
