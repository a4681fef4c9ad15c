// Apache Parquet, one row group after the other. Source: parquet-format, README.md; decoding by hyparquet.
import { parquetMetadata, parquetReadObjects, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { openFile, type FileReader } from "../../files/index.ts";
import type { Faults } from "./faults.ts";
import { toPlain } from "./plain.ts";
import type { SourceRecord } from "./record.ts";

/** A footer larger than this is no footer. */
const MOST_FOOTER_BYTES = 256 << 20;
/** So many rows of one group would not fit into memory, whatever they hold. */
const MOST_GROUP_ROWS = 50_000_000;

/** Streams the rows of a Parquet file as objects; nested columns are lists and objects, 64-bit integers `bigint`. */
export async function* readParquet(path: string, faults: Faults): AsyncGenerator<SourceRecord> {
  const file = openFile(path);
  try {
    const metadata = readFooter(file);
    let row = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(rows >= 0 && rows <= MOST_GROUP_ROWS)) throw new RangeError(`a row group claims ${rows} rows`);
      if (rows === 0) continue;
      const values = await parquetReadObjects({ file: bufferOf(file), metadata, rowStart: row, rowEnd: row + rows, compressors });
      if (values.length !== rows) throw new RangeError(`a row group holds ${values.length} rows, it claims ${rows}`);
      for (const value of values) yield { place: { row: (row += 1) }, value: toPlain(value) };
    }
  } catch (cause) {
    faults.add({}, `not a Parquet file that can be read: ${(cause as Error).message}`);
  } finally {
    file.close();
  }
}

/** @throws RangeError where the file does not begin and end as a Parquet file does */
function readFooter({ sizeBytes, read }: FileReader): FileMetaData {
  const mark = (offset: number): string => Buffer.from(read(offset, 4)).toString("latin1");
  if (sizeBytes < 12 || mark(0) !== "PAR1" || mark(sizeBytes - 4) !== "PAR1") throw new RangeError(`it neither begins nor ends with PAR1, or was cut off at ${sizeBytes} bytes`);
  const length = new DataView(read(sizeBytes - 8, 4).buffer).getUint32(0, true);
  if (length > Math.min(sizeBytes - 12, MOST_FOOTER_BYTES)) throw new RangeError(`its footer claims ${length} bytes of ${sizeBytes}`);
  return parquetMetadata(read(sizeBytes - 8 - length, length + 8).buffer);
}

function bufferOf({ sizeBytes, read }: FileReader): AsyncBuffer {
  return { byteLength: sizeBytes, slice: (start, end = sizeBytes) => read(start, end - start).buffer };
}
