import { text } from "../../options.ts";

/** Where releases lie. */
export const releaseOptions = {
  releasesDir: text("dir", "where releases are (default: models/releases)"),
};

/** Where the runs lie that they are made of. */
export const runPlaceOptions = {
  outputDir: text("dir", "where runs are", { default: "outputs" }),
};

/** `models/releases`, unless told otherwise. */
export async function releasesDirectory(options: { readonly releasesDir: string | undefined }): Promise<string> {
  const { RELEASES_DIRECTORY } = await import("../../../releases/index.ts");
  return options.releasesDir ?? RELEASES_DIRECTORY;
}
