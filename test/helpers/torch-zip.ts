// A zip archive as torch.save writes it, in two pieces with the bytes of the storages to go between them.

/** `head` ends where `data` bytes of storage `0` begin; `tail` is the archive directory behind them. */
export function torchZip(pickle: Uint8Array, storageBytes: number, pickleName = "archive/data.pkl"): { readonly head: Buffer; readonly data: number; readonly tail: Buffer } {
  const entries = [{ name: pickleName, content: pickle, sizeBytes: pickle.length }, { name: "archive/data/0", content: new Uint8Array(0), sizeBytes: storageBytes }];
  const head: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, sizeBytes } of entries) {
    const text = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(text.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(text.length, 28);
    const extra = wideExtra(sizeBytes);
    central.writeUInt32LE(extra.length === 0 ? sizeBytes : 0xffffffff, 20);
    central.writeUInt32LE(extra.length === 0 ? sizeBytes : 0xffffffff, 24);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(offset, 42);
    head.push(local, text, Buffer.from(content));
    directory.push(central, text, extra);
    offset += 30 + text.length + content.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const start = offset + storageBytes;
  return { head: Buffer.concat(head), data: storageBytes, tail: Buffer.concat([directoryBytes, endOf(entries.length, directoryBytes.length, start)]) };
}

function wideExtra(sizeBytes: number): Buffer {
  if (sizeBytes < 0xffffffff) return Buffer.alloc(0);
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(sizeBytes), 4);
  extra.writeBigUInt64LE(BigInt(sizeBytes), 12);
  return extra;
}

/** Both ends, the wide one first. */
function endOf(count: number, sizeBytes: number, start: number): Buffer {
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(sizeBytes), 40);
  wide.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + sizeBytes), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(sizeBytes, 12);
  end.writeUInt32LE(Math.min(start, 0xffffffff), 16);
  return Buffer.concat([wide, locator, end]);
}
