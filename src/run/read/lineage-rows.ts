import { ByteWords } from "../../lineage/byte-words.ts";
import { EdgeList } from "../../lineage/edge-list.ts";
import { FileTable } from "../../lineage/file-table.ts";
import type { ReportLinks } from "../../lineage/graph.ts";
import { Parties } from "../../lineage/parties.ts";
import { ReportTable } from "../../lineage/report-table.ts";
import { STEPS } from "../../lineage/steps.ts";
import { SubmissionTable } from "../../lineage/submissions.ts";
import { TextPool } from "../../lineage/text-pool.ts";
import { shownFileName, transportOf } from "../../outcome/transport.ts";
import { type BinaryFields, readInstant, readInt4, readInt8, readText } from "../../source/binary-rows.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { copyBinary, copyBinaryByKeys } from "../../source/copy-binary.ts";
import { estimatedRows } from "../../source/estimate.ts";
import type { ParameterValues } from "../../source/parameter-types.ts";
import type { Snapshot } from "../../source/snapshot.ts";

/** An estimate may be far off: beyond this, columns grow as rows come. */
const MOST_EXPECTED = 20_000_000;

/** Either a range of time (half-open, microseconds) or a list of keys; keys may be limited to what came after an instant. */
export type Reach =
  | { from: number; to: number }
  | { ids: readonly string[] }
  | { children: readonly string[] }
  | { parents: readonly string[]; from: number };

/**
 * Rows of the lineage in memory, and how each kind of row gets there: by binary COPY, field by
 * field out of the network's buffers, since an object a row would cost more than all the rest.
 */
export class LineageRows {
  readonly reports = new ReportTable();
  readonly files = new FileTable();
  readonly tracking = new TextPool();
  readonly submissions = new SubmissionTable(new Parties());
  readonly links: ReportLinks = { parent: [], child: [] };
  edges = new EdgeList();
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #stepOf = wordNumbers(STEPS);

  constructor(snapshot: Snapshot, catalogue: Catalogue) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
  }

  /** Reads item edges. Reports that they name get a number, and nothing else. */
  async readEdges(reach: Reach): Promise<void> {
    const { edges, tracking } = this;
    const { ids } = this.reports;
    let parent = -1;
    let child = -1;
    await this.#copy("lineage-edges", reach, ({ buffer, offsets, lengths }) => {
      parent = ids.add(buffer, offsets[0], parent);
      child = ids.add(buffer, offsets[2], child);
      edges.add(
        parent,
        readInt4(buffer, offsets[1]),
        child,
        readInt4(buffer, offsets[3]),
        tracking.add(buffer, offsets[4], lengths[4]),
      );
    });
  }

  /** Makes room for the reports of a time, as many as the server expects. */
  async expectReports(time: { from: number; to: number }): Promise<void> {
    const expected = await estimatedRows(this.#snapshot, this.#catalogue.find("lineage-reports"), time);
    this.reports.expect(Math.min(MOST_EXPECTED, Math.ceil(expected * 1.1)));
  }

  async readReports(reach: Reach): Promise<void> {
    const { reports } = this;
    const row = {
      actionId: 0,
      createdAt: 0,
      nextAction: 0,
      nextActionAt: 0,
      receiver: 0,
      itemCount: 0,
      itemCountBefore: 0,
      flags: 0,
    };
    await this.#copy("lineage-reports", reach, ({ buffer, offsets, lengths }) => {
      row.actionId = readInt8(buffer, offsets[1]);
      row.createdAt = readInstant(buffer, offsets[2]);
      row.nextAction = this.#stepOf(buffer, offsets[3], lengths[3]);
      row.nextActionAt = lengths[4] < 0 ? Number.NaN : readInstant(buffer, offsets[4]);
      row.receiver = reports.receivers.idOfBytes(buffer, offsets[5], lengths[5]);
      row.itemCount = readInt4(buffer, offsets[6]);
      row.itemCountBefore = lengths[7] < 0 ? -1 : readInt4(buffer, offsets[7]);
      row.flags = readInt4(buffer, offsets[8]);
      reports.set(reports.ids.add(buffer, offsets[0]), row);
    });
  }

  /** Reads what finished reports need beside their row. Their rows must have been read. */
  async readFiles(reach: Reach): Promise<void> {
    const { files, reports } = this;
    const transports = new Map<string, number>();
    await this.#copy("lineage-files", reach, ({ buffer, offsets, lengths }) => {
      const report = reports.ids.add(buffer, offsets[0]);
      reports.reserve();
      reports.writtenBy[report] = this.#stepOf(buffer, offsets[1], lengths[1]);
      if (lengths[4] < 0) return;
      const params = text(buffer, offsets[3], lengths[3]);
      const result = text(buffer, offsets[4], lengths[4]);
      const key = `${params}\n${result?.slice(0, 60)}`;
      let transport = transports.get(key);
      if (transport === undefined) {
        transport = files.words.id(transportOf(params, result));
        // Results of AS2 and GAEN name the file, so that keys need not repeat.
        if (transports.size < 10_000) transports.set(key, transport);
      }
      files.set(report, {
        name: this.#fileName(buffer, offsets[2], lengths[2], files.words.text(transport)),
        transport,
        format: files.words.idOfBytes(buffer, offsets[5], lengths[5]),
        topic: files.words.idOfBytes(buffer, offsets[6], lengths[6]),
      });
    });
  }

  async readLinks(reach: Reach): Promise<void> {
    const { ids } = this.reports;
    await this.#copy("lineage-links", reach, ({ buffer, offsets }) => {
      this.links.parent.push(ids.add(buffer, offsets[0]));
      this.links.child.push(ids.add(buffer, offsets[1]));
    });
  }

  async readSubmissions(reach: Reach): Promise<void> {
    const { files, reports, submissions } = this;
    await this.#copy("lineage-submissions", reach, ({ buffer, offsets, lengths }) => {
      const report = reports.ids.add(buffer, offsets[0]);
      submissions.add(
        report,
        submissions.senders.idOfBytes(buffer, offsets[1], lengths[1]),
        lengths[5] < 0 ? -1 : readInt4(buffer, offsets[5]),
      );
      files.set(report, {
        name: files.names.add(buffer, offsets[4], lengths[4]),
        transport: 0,
        format: files.words.idOfBytes(buffer, offsets[3], lengths[3]),
        topic: files.words.idOfBytes(buffer, offsets[2], lengths[2]),
      });
    });
  }

  /** Reads the names of files that were made ready to be sent. */
  async readReadyFiles(ids: readonly string[]): Promise<void> {
    const { files, reports } = this;
    await this.#copy("ready-files", { ids }, ({ buffer, offsets, lengths }) => {
      files.set(reports.ids.add(buffer, offsets[0]), {
        name: files.names.add(buffer, offsets[1], lengths[1]),
        transport: 0,
        format: files.words.idOfBytes(buffer, offsets[2], lengths[2]),
        topic: files.words.idOfBytes(buffer, offsets[3], lengths[3]),
      });
    });
  }

  #fileName(buffer: Buffer, offset: number, length: number, transport: string): number {
    const { names } = this.files;
    if (length <= 0 || (transport !== "BLOBSTORE" && transport !== "")) return names.add(buffer, offset, length);
    const shown = Buffer.from(shownFileName(buffer.toString("utf8", offset, offset + length), transport));
    return names.add(shown, 0, shown.length);
  }

  async #copy(name: string, reach: Reach, onRow: (fields: BinaryFields) => void): Promise<void> {
    const query = this.#catalogue.find(name);
    for (const [key, values] of Object.entries(reach)) {
      if (!Array.isArray(values)) continue;
      const rest = "from" in reach ? { from: reach.from } : {};
      await copyBinaryByKeys(this.#snapshot, query, key, values as string[], onRow, rest as ParameterValues);
      return;
    }
    await copyBinary(this.#snapshot, query, reach as ParameterValues, onRow);
  }
}

function text(buffer: Buffer, offset: number, length: number): string | null {
  return length < 0 ? null : readText(buffer, offset, length);
}

/** Numbers words by their bytes; 0 for null, and "other" for a word that is not among them. */
function wordNumbers(words: readonly string[]): (buffer: Buffer, offset: number, length: number) => number {
  const known = new ByteWords();
  words.forEach((word, number) => {
    const bytes = Buffer.from(word);
    known.add(bytes, 0, bytes.length, number);
  });
  const other = words.indexOf("other");
  return (buffer, offset, length) => {
    if (length <= 0) return 0;
    const number = known.find(buffer, offset, length);
    return number < 0 ? other : number;
  };
}
