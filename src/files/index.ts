export { openAppender, type FileAppender } from "./append.ts";
export { copy, ensureDirectory, freeBytes, listDirectory, remove, rename, requireFreeBytes, tryMakeDirectory, walk, writeDirectoryAtomic } from "./directory.ts";
export { canonicalJson, digestJson, sha256, sha256File } from "./digest.ts";
export { diskTooSmall, fileMissing, fileUnreadable } from "./errors.ts";
export { linkFile } from "./link.ts";
export { appendLine, streamLines, type Line } from "./lines.ts";
export { withLock } from "./lock.ts";
export { exists, isDirectory, isFile, openFile, readBytes, readJson, readText, statFile, withFile, type FileReader } from "./read.ts";
export { createFile, writeFileAtomic, writeJson, type FileWriter } from "./write.ts";
