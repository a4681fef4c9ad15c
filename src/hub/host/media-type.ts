// What a file is sent as. A page of somebody else's must not act in the name of this hub, so whatever could hold a script is sent as plain text.

const IMAGES: Readonly<Record<string, string>> = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", bmp: "image/bmp", avif: "image/avif" };
const SOUNDS: Readonly<Record<string, string>> = { mp3: "audio/mpeg", wav: "audio/wav", flac: "audio/flac", ogg: "audio/ogg", mp4: "video/mp4", webm: "video/webm" };
const TEXTS = new Set(["txt", "md", "json", "jsonl", "csv", "tsv", "yaml", "yml", "toml", "ini", "cfg", "py", "js", "ts", "html", "htm", "xml", "svg", "css", "sh", "jinja", "log", "gitattributes", "gitignore", "license"]);

export function mediaTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const extension = name.slice(name.lastIndexOf(".") + 1);
  return IMAGES[extension] ?? SOUNDS[extension] ?? (TEXTS.has(extension) ? "text/plain; charset=utf-8" : "application/octet-stream");
}

/** Keeps a browser from guessing another type and from running anything. */
export const CAUTION: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
};

/** `Content-Disposition` that names the file, whatever signs are in its name (RFC 6266, RFC 8187). */
export function dispositionOf(path: string, download: boolean): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\]/g, "_");
  const coded = encodeURIComponent(name.replaceAll(/\p{Cs}/gu, "_")).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${download ? "attachment" : "inline"}; filename*=UTF-8''${coded}; filename="${plain}"`;
}
