/** The token in a file, for who brings their own; nothing where no file is named. @throws `files.missing` */
export async function readGivenToken(file: string | undefined): Promise<{ readonly secret?: string }> {
  if (file === undefined) return {};
  const { readText } = await import("../../../files/index.ts");
  return { secret: readText(file).trim() };
}
